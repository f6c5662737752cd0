package dev.cancelupload.http;

import java.io.IOException;

/** An attempt that brought no complete answer; the message says how far it came, in words for the caller. */
public final class TransportException extends IOException {

    private static final int LONGEST_REASON = 200;

    private final boolean sent;
    private final boolean timedOut;

    TransportException(String message, boolean sent, boolean timedOut, Exception cause) {
        super(message, cause);
        this.sent = sent;
        this.timedOut = timedOut;
    }

    /** Whether the server may have got the request, and so may have carried it out. */
    public boolean sent() {
        return sent;
    }

    /** Whether time ran out, as opposed to the connection failing. */
    public boolean timedOut() {
        return timedOut;
    }

    /** What an exception says, in one short line of visible ASCII, since a peer's certificate may have a say in it. */
    static String reason(Exception e) {
        String text = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        String visible = text.replaceAll("[^ -~]", "?");
        return visible.length() <= LONGEST_REASON ? visible : visible.substring(0, LONGEST_REASON) + "...";
    }
}
