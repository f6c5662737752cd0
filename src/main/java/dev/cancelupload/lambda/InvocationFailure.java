package dev.cancelupload.lambda;

import dev.cancelupload.json.Json;
import dev.cancelupload.openai.Failure;
import dev.cancelupload.openai.FailureKind;
import dev.cancelupload.redaction.Redaction;

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

    /** The failure of one Upload. */
    public static InvocationFailure of(Failure failure) {
        return of(failure.kind(), failure.message());
    }

    /** A failure with the documented error type and the message for the caller. */
    public static InvocationFailure of(FailureKind kind, String message) {
        return new InvocationFailure(Json.object()
                .put("errorType", kind.errorType())
                .put("errorMessage", Redaction.mask(message))
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
