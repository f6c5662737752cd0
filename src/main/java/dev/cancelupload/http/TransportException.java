package dev.cancelupload.http;

import java.io.IOException;

/** An attempt that brought no complete answer; the message says how far it came, in words for the caller. */
public final class TransportException extends IOException {

    private final boolean sent;
    private final boolean timedOut;

    TransportException(String message, boolean sent, boolean timedOut) {
        super(message);
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
}
