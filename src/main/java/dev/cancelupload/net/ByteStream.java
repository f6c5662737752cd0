package dev.cancelupload.net;

import dev.cancelupload.time.Budget;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;

/** A connection to a server, with TLS or without. One thread at a time uses it. */
public interface ByteStream extends Closeable {

    /**
     * Waits for bytes and reads them.
     *
     * @return the number of bytes, at least 1; -1 at the end of the stream
     * @throws InterruptedIOException if the budget is spent first
     */
    int read(byte[] target, Budget budget) throws IOException;

    /** Writes all bytes. Does not wait for the server: a request is much smaller than the system's buffer. */
    void write(byte[] bytes) throws IOException;

    /**
     * Looks whether anything is left to read, be it a part of a TLS record, without waiting. What it finds is lost, so
     * that the stream cannot be used again.
     *
     * @throws EOFException at the end of the stream, if nothing is left before it
     */
    boolean hasUnread() throws IOException;

    /** Closes the TCP connection, without a close_notify of TLS, which could wait. */
    @Override
    void close();
}
