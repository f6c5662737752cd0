package dev.cancelupload.openai;

/** OpenAI answered, and not with an Upload. */
public final class ErrorAnswerException extends RuntimeException {
    private final transient ErrorAnswer answer;

    ErrorAnswerException(ErrorAnswer answer) {
        super("HTTP " + answer.status(), null, false, false);
        this.answer = answer;
    }

    /** The answer. */
    public ErrorAnswer answer() {
        return answer;
    }
}
