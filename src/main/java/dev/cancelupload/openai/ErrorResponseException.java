package dev.cancelupload.openai;

/** OpenAI responded with a status other than 2xx. */
public final class ErrorResponseException extends RuntimeException {
    private final transient ErrorResponse response;

    ErrorResponseException(ErrorResponse response) {
        super("HTTP " + response.status(), null, false, false);
        this.response = response;
    }

    /** The response. */
    public ErrorResponse response() {
        return response;
    }
}
