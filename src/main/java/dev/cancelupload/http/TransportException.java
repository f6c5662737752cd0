package dev.cancelupload.http;

import java.io.IOException;
import java.io.InterruptedIOException;

/** An attempt without a complete response. The message tells the caller how far it got, and why no further. */
public final class TransportException extends IOException {

    private static final int MAX_REASON_LENGTH = 200;

    private final boolean sent;

    TransportException(String message, boolean sent, IOException cause) {
        super(message + ": " + reason(cause), cause);
        this.sent = sent;
    }

    /** Whether the server may have received the request, and so may have executed it. */
    public boolean sent() {
        return sent;
    }

    /** Whether the attempt timed out, as opposed to a failed connection. */
    public boolean timedOut() {
        return getCause() instanceof InterruptedIOException;
    }

    /** One short line of visible ASCII, since it may quote a peer's certificate. */
    private static String reason(IOException e) {
        if (e instanceof InterruptedIOException) {
            return "timed out";
        }
        String text = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        String visible = text.replaceAll("[^ -~]", "?");
        return visible.length() <= MAX_REASON_LENGTH ? visible : visible.substring(0, MAX_REASON_LENGTH) + "...";
    }
}
