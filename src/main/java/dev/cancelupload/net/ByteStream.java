package dev.cancelupload.net;

import dev.cancelupload.time.Budget;
import dev.cancelupload.time.DeadlineException;
import java.io.Closeable;
import java.io.IOException;

/** A connection to a server, with TLS or without. One thread at a time uses it. */
public interface ByteStream extends Closeable {

    /** What {@link #checkUnread} found. */
    enum Unread {
        /** Nothing, not even a part of a TLS record. */
        NOTHING,
        /** Data, or a part of a TLS record. */
        DATA,
        /** The end of the stream, without data before it. */
        END_OF_STREAM
    }

    /**
     * Waits for bytes and reads them.
     *
     * @return the number of bytes, at least 1; -1 at the end of the stream
     * @throws DeadlineException if the budget is spent first
     */
    int read(byte[] target, int offset, int length, Budget budget) throws IOException;

    /**
     * Writes all bytes.
     *
     * @throws DeadlineException if the budget is spent before the system has accepted them
     */
    void write(byte[] bytes, int length, Budget budget) throws IOException;

    /**
     * Looks whether anything is left to read, without waiting. What it finds is lost, so that only a stream with
     * {@link Unread#NOTHING} can be used again.
     *
     * @throws IOException if the connection has failed; the message has the reason
     */
    Unread checkUnread() throws IOException;

    /** Closes the TCP connection, without a close_notify of TLS, which could wait. */
    @Override
    void close();
}
