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
 * The mapper with which Funqy reads the functions' events and writes their results and errors.
 *
 * <p>Quarkus would copy the application's mapper and register modules for the dates in AWS's event classes, which need
 * all of Joda-Time. This mapper refuses both, since {@link EventReader} reads the events. It is created at image build
 * time, when it also looks up its serializers.
 */
public final class FunctionMapper extends ObjectMapper {

    private static final long serialVersionUID = 1;

    /** Registers the serializer of errors and looks up all other serializers. */
    public FunctionMapper() {
        super(new StatelessJsonFactory(StreamReadConstraints.defaults()));
        super.registerModule(new SimpleModule().addSerializer(FunctionError.class, new FunctionErrorSerializer()));
        try {
            readerFor(LambdaEvent.class).readValue("\"upload_warmup\"");
            writeValueAsBytes(Json.object());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("cannot fail, since it reads and writes memory only", e);
        }
    }

    /** Returns this mapper; see above. */
    @Override
    public ObjectMapper copy() {
        return this;
    }

    /** Ignores the module; see above. */
    @Override
    public ObjectMapper registerModule(Module module) {
        return this;
    }

    @Override
    public ObjectReader readerFor(JavaType type) {
        return type.hasRawClass(LambdaEvent.class) ? new EventObjectReader(this) : super.readerFor(type);
    }

    @Override
    public ObjectReader readerFor(Class<?> type) {
        if (type == LambdaEvent.class) {
            return new EventObjectReader(this);
        }
        if (CognitoIdentity.class.isAssignableFrom(type) || ClientContext.class.isAssignableFrom(type)) {
            return new IgnoringReader(this);
        }
        return super.readerFor(type);
    }

    /** Delegates to {@link EventReader}. */
    private static final class EventObjectReader extends ObjectReader {

        private static final long serialVersionUID = 1;

        EventObjectReader(ObjectMapper mapper) {
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
                throw new UncheckedIOException("cannot fail, since it reads memory only", e);
            }
        }
    }

    /**
     * Ignores the headers with the caller's Cognito identity and client context: the functions use neither, a caller
     * may write anything into them, and Quarkus has no class to deserialize one of them.
     */
    private static final class IgnoringReader extends ObjectReader {

        private static final long serialVersionUID = 1;

        IgnoringReader(ObjectMapper mapper) {
            super(mapper, mapper.getDeserializationConfig());
        }

        @Override
        public <T> T readValue(String header) {
            return null;
        }
    }
}
