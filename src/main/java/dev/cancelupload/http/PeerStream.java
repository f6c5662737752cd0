package dev.cancelupload.http;

import dev.cancelupload.time.Budget;
import dev.cancelupload.time.DeadlineException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Bytes to and from a peer. Nothing waits longer than its budget, whatever the peer does or leaves undone. */
interface PeerStream extends Closeable {

    /** What can be read without waiting. */
    enum Pending {
        /** Not a byte, whole or in part. */
        NOTHING,
        /** Something, or the beginning of something. */
        BYTES,
        /** The end of the stream, and nothing before it. */
        END
    }

    /**
     * Waits for bytes.
     *
     * @param target has room for one at least
     * @return how many there were, at least 1; -1 at the end
     * @throws DeadlineException if the budget is spent before
     */
    int read(ByteBuffer target, Budget budget) throws IOException;

    /**
     * Writes all bytes.
     *
     * @throws DeadlineException if the budget is spent before the peer's system has taken them
     */
    void write(ByteBuffer source, Budget budget) throws IOException;

    /**
     * Looks without waiting. What it finds may be lost by looking: only a stream on which nothing is pending can be
     * used again.
     *
     * @throws IOException if the stream is broken; the message says by what
     */
    Pending pending() throws IOException;

    /** Closes without a farewell, so that it waits for nobody. */
    @Override
    void close();
}
