package dev.cancelupload.http;

import java.io.IOException;

/** An attempt without a complete response. The message tells the caller how far it got. */
public final class TransportException extends IOException {

    private static final int MAX_REASON_LENGTH = 200;

    private final boolean sent;
    private final boolean timedOut;

    TransportException(String message, boolean sent, boolean timedOut, Exception cause) {
        super(message, cause);
        this.sent = sent;
        this.timedOut = timedOut;
    }

    /** Whether the server may have received the request, and so may have executed it. */
    public boolean sent() {
        return sent;
    }

    /** Whether the attempt timed out, as opposed to a failed connection. */
    public boolean timedOut() {
        return timedOut;
    }

    /** The message of an exception as one short line of visible ASCII, since it may quote a peer's certificate. */
    static String reason(Exception e) {
        String text = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        String visible = text.replaceAll("[^ -~]", "?");
        return visible.length() <= MAX_REASON_LENGTH ? visible : visible.substring(0, MAX_REASON_LENGTH) + "...";
    }
}
