package dev.cancelupload.http;

import java.io.Closeable;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLException;

/** The client side of one TLS connection, record by record and without its input and output. */
interface TlsEngine extends Closeable {

    /** What {@link #unwrap} did. */
    enum Progress {
        /** It has processed a record. */
        RECORD,
        /** There is no complete record yet. */
        INCOMPLETE,
        /** It has processed a record that ends the connection. */
        CLOSED
    }

    /** The size of the largest record. */
    int recordSize();

    /** The size of the most plaintext that a record can have. */
    int plaintextSize();

    /**
     * Processes a record if it has been received completely.
     *
     * @param received from its position to its limit; without the record afterwards
     * @param decrypted has room for all that was received, or for {@link #plaintextSize}; gets the plaintext
     * @throws SSLException if the connection has failed; the message has the reason
     */
    Progress unwrap(ByteBuffer received, ByteBuffer decrypted) throws SSLException;

    /** Whether the handshake is not over, or a message of TLS itself is to be sent. */
    boolean isHandshaking();

    /** Whether a message of TLS itself is to be sent before anything more can be received. */
    boolean wantsToSend();

    /** Whether the version is TLS 1.3, as opposed to 1.2. */
    boolean isTls13();

    /**
     * Encrypts plaintext, or takes the next message of TLS itself.
     *
     * @param plaintext may be empty; without what was encrypted afterwards
     * @return what is to be sent
     * @throws SSLException if the connection was closed or has failed; the message has the reason
     */
    ByteBuffer wrap(ByteBuffer plaintext) throws SSLException;

    /** After a failure: the alert that says so to the server. */
    ByteBuffer alert() throws SSLException;

    /** Frees what the engine has. It may be called more than once, and while another thread calls another method. */
    @Override
    void close();
}
