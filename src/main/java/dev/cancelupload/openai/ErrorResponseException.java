package dev.cancelupload.openai;

/** OpenAI answered, and not with an Upload. */
public final class ErrorResponseException extends RuntimeException {
    private final transient ErrorResponse answer;

    ErrorResponseException(ErrorResponse answer) {
        super("HTTP " + answer.status(), null, false, false);
        this.answer = answer;
    }

    /** The answer. */
    public ErrorResponse answer() {
        return answer;
    }
}
