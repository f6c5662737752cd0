package dev.cancelupload.lambda;

import dev.cancelupload.json.Json;
import dev.cancelupload.openai.UploadFailure;

/**
 * The failure of an invocation in the form that Lambda reports. Funqy passes on only the {@link #toString()} of what a
 * function throws, so this is the error object that {@link FunctionErrorSerializer} writes.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html#runtimes-api-invokeerror">Errors</a>
 */
public final class InvocationFailure extends RuntimeException {

    private static final String START = "{\"errorType\":";

    private InvocationFailure(String json) {
        super(json, null, false, false);
    }

    /** The failure with the documented error type and the message for the caller. */
    public static InvocationFailure of(UploadFailure failure) {
        return new InvocationFailure(Json.object()
                .put("errorType", failure.kind().errorType())
                .put("errorMessage", failure.getMessage())
                .toString());
    }

    /** Whether a text is the {@link #toString()} of such a failure. */
    static boolean isJson(String text) {
        return text.startsWith(START);
    }

    /** The JSON object {@code {"errorType", "errorMessage"}}. */
    @Override
    public String toString() {
        return getMessage();
    }
}
