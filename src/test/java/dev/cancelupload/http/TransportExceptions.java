package dev.cancelupload.http;

/** Makes what a connection reports, for tests of what follows from it. */
public final class TransportExceptions {

    private TransportExceptions() {}

    /** The connection ended after the request was sent. */
    public static TransportException lost() {
        return new TransportException("the connection ended", true, false, null);
    }
}
