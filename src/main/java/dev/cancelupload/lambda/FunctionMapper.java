package dev.cancelupload.lambda;

import com.amazonaws.services.lambda.runtime.ClientContext;
import com.amazonaws.services.lambda.runtime.CognitoIdentity;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.Module;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.module.SimpleModule;
import dev.cancelupload.json.Json;
import dev.cancelupload.json.StatelessJsonFactory;
import io.quarkus.amazon.lambda.runtime.FunctionError;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * Reads the functions' events and writes their results and errors, for Funqy.
 *
 * <p>Quarkus copies the application's mapper and adds what reads the dates in AWS's event classes, with all of
 * Joda-Time. {@link EventReader} reads events instead, so that this mapper stays as it is. It is made while the
 * executable is built, and has found its serializers by then.
 */
public final class FunctionMapper extends ObjectMapper {

    private static final long serialVersionUID = 1;

    /** Registers the serializer of errors, and looks up the serializers that are needed. */
    public FunctionMapper() {
        super(new StatelessJsonFactory(StreamReadConstraints.defaults()));
        super.registerModule(new SimpleModule().addSerializer(FunctionError.class, new FunctionErrorSerializer()));
        try {
            readerFor(LambdaEvent.class).readValue("\"upload_warmup\"");
            writeValueAsBytes(Json.object());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("neither read from nor written to anything but memory", e);
        }
    }

    /** The same mapper. */
    @Override
    public ObjectMapper copy() {
        return this;
    }

    /** Adds nothing. */
    @Override
    public ObjectMapper registerModule(Module module) {
        return this;
    }

    @Override
    public ObjectReader readerFor(JavaType type) {
        return type.hasRawClass(LambdaEvent.class) ? new Events(this) : super.readerFor(type);
    }

    @Override
    public ObjectReader readerFor(Class<?> type) {
        if (type == LambdaEvent.class) {
            return new Events(this);
        }
        if (CognitoIdentity.class.isAssignableFrom(type) || ClientContext.class.isAssignableFrom(type)) {
            return new Unread(this);
        }
        return super.readerFor(type);
    }

    /** Has {@link EventReader} read. */
    private static final class Events extends ObjectReader {

        private static final long serialVersionUID = 1;

        Events(ObjectMapper mapper) {
            super(mapper, mapper.getDeserializationConfig());
        }

        @Override
        @SuppressWarnings("unchecked")
        public <T> T readValue(InputStream json) throws IOException {
            return (T) EventReader.read(json);
        }

        @Override
        public <T> T readValue(String json) {
            try {
                return readValue(new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)));
            } catch (IOException e) {
                throw new UncheckedIOException("text in memory cannot fail to be read", e);
            }
        }
    }

    /**
     * Reads nothing. The headers with a caller's Cognito identity and client context are whatever the caller or AWS
     * writes there, Quarkus has no class to read the one into, and these functions use neither.
     */
    private static final class Unread extends ObjectReader {

        private static final long serialVersionUID = 1;

        Unread(ObjectMapper mapper) {
            super(mapper, mapper.getDeserializationConfig());
        }

        @Override
        public <T> T readValue(String header) {
            return null;
        }
    }
}
