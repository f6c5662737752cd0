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
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jboss.resteasy.reactive.client.handlers.ClientSendRequestHandler;
import org.jboss.resteasy.reactive.client.impl.RestClientRequestContext;

/**
 * Leaves Vert.x, and Netty with it, out of the executable. They come with the REST client, whose requests
 * {@link dev.cancelupload.http.HttpTransport} carries, and Quarkus has no setting that would not start them. Without
 * them the zip has 2 MB less, the process 5 MiB, and a call no change of threads.
 *
 * <p>These are substitutions of GraalVM's, as Quarkus itself uses them: at build time, and in the executable only. Each
 * is of a method that would make or use a Vert.x; one that Quarkus renames fails the build.
 */
final class WithoutVertx {

    private WithoutVertx() {}

    static UnsupportedOperationException absent() {
        return new UnsupportedOperationException("Vert.x is not in this executable: see WithoutVertx");
    }

    /** Makes the client that the REST client wants to have and never uses. */
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

/** Of Quarkus's TLS configuration, which is that of Vert.x's servers and clients. */
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

/** Without a context to go to, a call stays on the thread that makes it. */
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

/** An {@code AsyncInvokerImpl} makes an empty one, and for it all of Netty's memory management. */
@TargetClass(BufferImpl.class)
final class Target_BufferImpl {

    @Substitute
    public static Buffer buffer(byte[] bytes) {
        return null;
    }
}
