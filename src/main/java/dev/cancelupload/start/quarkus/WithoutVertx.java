package dev.cancelupload.start.quarkus;

import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.RuntimeValue;
import io.quarkus.runtime.ShutdownContext;
import io.quarkus.tls.runtime.CertificateRecorder;
import io.quarkus.vertx.core.runtime.VertxCoreRecorder;
import io.quarkus.vertx.runtime.EventConsumerInfo;
import io.quarkus.vertx.runtime.VertxEventBusConsumerRecorder;
import io.smallrye.common.vertx.VertxContext;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.buffer.impl.BufferImpl;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientBuilder;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.impl.VertxBuilder;
import io.vertx.core.spi.VerticleFactory;
import io.vertx.core.spi.VertxServiceProvider;
import jakarta.ws.rs.client.Entity;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.ext.MessageBodyWriter;
import jakarta.ws.rs.ext.WriterInterceptor;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jboss.resteasy.reactive.client.handlers.ClientSendRequestHandler;
import org.jboss.resteasy.reactive.client.impl.ClientSerialisers;
import org.jboss.resteasy.reactive.client.impl.RestClientRequestContext;
import org.jboss.resteasy.reactive.common.core.Serialisers;
import org.jboss.resteasy.reactive.common.jaxrs.ConfigurationImpl;

/**
 * Removes Vert.x and Netty from the executable. They are dependencies of the REST client, whose requests
 * {@link dev.cancelupload.http.HttpTransport} sends, and Quarkus has no setting to disable them. Without them the zip
 * is 2 MB smaller, the process takes 5 MiB less memory, and a call does not switch threads.
 *
 * <p>GraalVM substitutions, as Quarkus itself uses them: they apply to the executable only. Each replaces a method that
 * would create or use a Vert.x instance. If Quarkus renames such a method, the build fails.
 */
final class WithoutVertx {

    private WithoutVertx() {}

    static UnsupportedOperationException absent() {
        return new UnsupportedOperationException("Vert.x is not in this executable: see WithoutVertx");
    }

    /** Builds a null client: the REST client requires one and never uses it. */
    static final class NoHttpClient implements HttpClientBuilder {

        @Override
        public HttpClientBuilder with(HttpClientOptions options) {
            return this;
        }

        @Override
        public HttpClientBuilder with(PoolOptions options) {
            return this;
        }

        @Override
        public HttpClientBuilder withConnectHandler(Handler<HttpConnection> handler) {
            return this;
        }

        @Override
        public HttpClientBuilder withRedirectHandler(Function<HttpClientResponse, Future<RequestOptions>> handler) {
            return this;
        }

        @Override
        public HttpClient build() {
            return null;
        }
    }
}

@TargetClass(VertxCoreRecorder.class)
final class Target_VertxCoreRecorder {

    @Substitute
    public Supplier<Vertx> configureVertx(
            LaunchMode launchMode,
            ShutdownContext shutdown,
            List<Consumer<VertxOptions>> customizers,
            List<VertxServiceProvider> vertxServiceProviders,
            List<VerticleFactory> verticleFactories,
            ExecutorService executorProxy) {
        return () -> {
            throw WithoutVertx.absent();
        };
    }
}

@TargetClass(VertxEventBusConsumerRecorder.class)
final class Target_VertxEventBusConsumerRecorder {

    @Substitute
    public void configureVertx(
            Supplier<Vertx> vertx,
            List<EventConsumerInfo> messageConsumerConfigurations,
            LaunchMode launchMode,
            ShutdownContext shutdown,
            Map<Class<?>, Class<?>> codecByClass,
            List<Class<?>> selectorTypes) {}

    @Substitute
    public RuntimeValue<Vertx> forceStart(Supplier<Vertx> vertx) {
        return new RuntimeValue<>();
    }
}

/** Skips Quarkus's TLS registry, which configures the servers and clients of Vert.x. */
@TargetClass(CertificateRecorder.class)
final class Target_CertificateRecorder {

    @Substitute
    public void validateCertificates(
            Set<String> providerBucketNames, RuntimeValue<Vertx> vertx, ShutdownContext shutdownContext) {}
}

@TargetClass(VertxBuilder.class)
final class Target_VertxBuilder {

    @Substitute
    public VertxBuilder init() {
        throw WithoutVertx.absent();
    }

    @Substitute
    public Vertx vertx() {
        throw WithoutVertx.absent();
    }
}

@TargetClass(className = "org.jboss.resteasy.reactive.client.impl.ClientImpl", innerClass = "LazyVertx")
final class Target_LazyVertx {

    @Substitute
    public Context getOrCreateContext() {
        return null;
    }

    @Substitute
    public HttpClientBuilder httpClientBuilder() {
        return new WithoutVertx.NoHttpClient();
    }

    @Substitute
    private Vertx getDelegate() {
        throw WithoutVertx.absent();
    }
}

/** Without a Vert.x context a call stays on its thread. */
@TargetClass(VertxContext.class)
final class Target_VertxContext {

    @Substitute
    public static Context newNestedContext(Context context) {
        return null;
    }
}

@TargetClass(ClientSendRequestHandler.class)
final class Target_ClientSendRequestHandler {

    @Substitute
    public void handle(RestClientRequestContext requestContext) {
        if (!requestContext.isAborted()) {
            throw WithoutVertx.absent();
        }
    }
}

/** {@code AsyncInvokerImpl} creates an empty buffer, which would initialize Netty's memory management. */
@TargetClass(BufferImpl.class)
final class Target_BufferImpl {

    @Substitute
    public static Buffer buffer(byte[] bytes) {
        return null;
    }
}

/**
 * Writes entities to Vert.x's buffers, which are Netty's. No request of this function has an entity, and
 * {@link dev.cancelupload.http.HttpTransport} supplies the body of a response as a stream.
 */
@TargetClass(ClientSerialisers.class)
final class Target_ClientSerialisers {

    @Substitute
    public static Buffer invokeClientWriter(
            Entity<?> entity,
            Object entityObject,
            Class<?> entityClass,
            Type entityType,
            MultivaluedMap<String, String> headerMap,
            MessageBodyWriter<?> writer,
            WriterInterceptor[] writerInterceptors,
            Map<String, Object> properties,
            RestClientRequestContext clientRequestContext,
            Serialisers serialisers,
            ConfigurationImpl configuration) {
        throw WithoutVertx.absent();
    }
}
