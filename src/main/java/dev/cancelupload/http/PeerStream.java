package dev.cancelupload.http;

import dev.cancelupload.time.Budget;
import dev.cancelupload.time.DeadlineException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A byte stream to a peer. No peer can make an operation take longer than its budget. */
interface PeerStream extends Closeable {

    /** What {@link #checkUnread} found. */
    enum Unread {
        /** Nothing, not even a part of a TLS record. */
        NOTHING,
        /** Data, or a part of a TLS record. */
        DATA,
        /** The end of the stream without data before it. */
        END_OF_STREAM
    }

    /**
     * Waits for bytes and reads them.
     *
     * @param target has room for at least one byte
     * @return the number of bytes, at least 1; -1 at the end of the stream
     * @throws DeadlineException if the budget is spent first
     */
    int read(ByteBuffer target, Budget budget) throws IOException;

    /**
     * Writes all bytes.
     *
     * @throws DeadlineException if the budget is spent before the peer's system has accepted them
     */
    void write(ByteBuffer source, Budget budget) throws IOException;

    /**
     * Checks without waiting whether anything is left to read. May discard what it finds, so that only a stream with
     * {@link Unread#NOTHING} can be used again.
     *
     * @throws IOException if the stream is broken; the message has the reason
     */
    Unread checkUnread() throws IOException;

    /** Closes TCP without TLS close_notify, which could block. */
    @Override
    void close();
}
