package dev.cancelupload.runtime;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.Module;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import dev.cancelupload.Json;
import dev.cancelupload.event.LambdaEvent;
import io.quarkus.amazon.lambda.runtime.FunctionError;

/**
 * Reads the functions' events and writes their results and errors, for Funqy.
 *
 * <p>Quarkus copies the application's mapper and adds what reads the dates in AWS's event classes, with all of Joda-Time.
 * {@link LambdaEvent} reads events instead, so that this mapper stays as it is. It is made while the executable is built, and
 * has found its serializers by then.
 */
final class FunctionMapper extends ObjectMapper {

    private static final long serialVersionUID = 1;

    /** An event may be 6 MB, and a single number that long must not keep the deserializer from answering for it. */
    private static final int LONGEST_NUMBER = 10_000_000;

    FunctionMapper() {
        super.registerModule(new SimpleModule().addSerializer(FunctionError.class, new FunctionErrors()));
        getFactory()
                .setStreamReadConstraints(StreamReadConstraints.builder()
                        .maxNumberLength(LONGEST_NUMBER)
                        .build());
        try {
            readerFor(LambdaEvent.class).readValue("\"upload_rehearsal\"");
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
}
