package dev.cancelupload.lambda;

import com.amazonaws.services.lambda.runtime.ClientContext;
import com.amazonaws.services.lambda.runtime.CognitoIdentity;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.Module;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.module.SimpleModule;
import dev.cancelupload.json.Json;
import io.quarkus.amazon.lambda.runtime.FunctionError;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * The mapper with which Funqy reads the function's events and writes its results and errors.
 *
 * <p>Quarkus would copy the application's mapper and register modules for the dates in AWS's event classes, which need
 * all of Joda-Time. This mapper refuses both, since {@link EventReader} reads the events. It is created at image build
 * time, when it also looks up its serializers.
 */
public final class FunctionMapper extends ObjectMapper {

    private static final long serialVersionUID = 1;

    /** Registers the serializer of errors and looks up all other serializers. */
    public FunctionMapper() {
        super(Json.FACTORY);
        super.registerModule(new SimpleModule().addSerializer(FunctionError.class, new FunctionErrorSerializer()));
        try {
            readerFor(Event.class)
                    .readValue(new ByteArrayInputStream("\"upload_warmup\"".getBytes(StandardCharsets.UTF_8)));
            writeValueAsBytes(Json.object());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot fail, since it reads and writes memory only", e);
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

    /** A reader of events, which reads streams only, or any other reader. */
    @Override
    public ObjectReader readerFor(JavaType type) {
        return type.hasRawClass(Event.class) ? new Events(this) : super.readerFor(type);
    }

    /**
     * The same, but a reader that ignores what it reads for the headers with the caller's Cognito identity and client
     * context: the function uses neither, a caller may write anything into them, and Quarkus has no class to
     * deserialize one of them.
     */
    @Override
    public ObjectReader readerFor(Class<?> type) {
        return CognitoIdentity.class.isAssignableFrom(type) || ClientContext.class.isAssignableFrom(type)
                ? new Ignored(this)
                : readerFor(constructType(type));
    }

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
    }

    private static final class Ignored extends ObjectReader {

        private static final long serialVersionUID = 1;

        Ignored(ObjectMapper mapper) {
            super(mapper, mapper.getDeserializationConfig());
        }

        @Override
        public <T> T readValue(String header) {
            return null;
        }
    }
}
