package dev.cancelupload.openai;

import java.io.IOException;

/** A 2xx answer whose body is no Upload; the message completes the sentence "The answer …". */
public final class NotAnUploadException extends IOException {

    private final int status;
    private final transient AnswerHeaders headers;

    NotAnUploadException(String message, int status, AnswerHeaders headers) {
        super(message);
        this.status = status;
        this.headers = headers;
    }

    /** The answer's HTTP status. */
    public int status() {
        return status;
    }

    /** The answer's header fields. */
    public AnswerHeaders headers() {
        return headers;
    }
}
