package dev.cancelupload.lambda;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializerProvider;
import dev.cancelupload.openai.FailureKind;
import io.quarkus.amazon.lambda.runtime.FunctionError;
import java.io.IOException;

/**
 * Writes the errors that the function reports to Lambda.
 *
 * <p>Without it errors fail in a native executable: Funqy registers {@link FunctionError} for reflection without its
 * methods, so that Jackson cannot write it, the invocation gets no response and the poll loop ends
 * (github.com/quarkusio/quarkus/pull/47015). A serializer needs no reflection. It also unwraps Funqy's
 * {@code ApplicationException}, so that callers get the documented error type instead of the name of a Java class.
 */
final class FunctionErrorSerializer extends JsonSerializer<FunctionError> {

    @Override
    public void serialize(FunctionError error, JsonGenerator json, SerializerProvider provider) throws IOException {
        String text = String.valueOf(error.getErrorMessage());
        json.writeRawValue(
                InvocationFailure.isJson(text)
                        ? text
                        : InvocationFailure.of(
                                        FailureKind.INTERNAL_ERROR,
                                        "The function failed outside of its own code (" + error.getErrorType()
                                                + "). Its log has more.")
                                .toString());
    }
}
