package dev.cancelupload.crypto;

import java.util.Arrays;
import java.util.List;
import org.graalvm.nativeimage.PinnedObject;
import org.graalvm.nativeimage.c.CContext;
import org.graalvm.nativeimage.c.function.CFunction;
import org.graalvm.nativeimage.c.function.CLibrary;
import org.graalvm.nativeimage.c.type.CCharPointer;
import org.graalvm.nativeimage.c.type.CIntPointer;
import org.graalvm.word.PointerBase;
import org.graalvm.word.WordFactory;

/**
 * The C functions of {@code src/main/rust}, which a native executable contains, unless it is built with
 * {@code -Dtls=jdk}. Handles are addresses: whoever has one uses it on one thread at a time, and not after
 * {@link #close}.
 */
@CContext(NativeCrypto.Directives.class)
@CLibrary(value = "cancel_upload_tls", requireStatic = true)
public final class NativeCrypto {

    /** Whether this is such an executable. A constant in any executable: what depends on it is there or not. */
    public static final boolean LINKED = isBeingLinked();

    /** Results of {@link #receive} in place of a number of bytes. */
    public static final int CLOSED = -1;

    /** @see #CLOSED */
    public static final int FAILED = -2;

    /** Bits of {@link #state}. */
    public static final int HANDSHAKING = 1;

    /** @see #HANDSHAKING */
    public static final int TLS_1_3 = 2;

    private static final int SHA256_LENGTH = 32;

    private NativeCrypto() {}

    private static boolean isBeingLinked() {
        // Only while native-image runs: on the JVM there is no such library.
        return "buildtime".equals(System.getProperty("org.graalvm.nativeimage.imagecode"))
                && "rustls".equals(System.getProperty("cancel-upload.tls"));
    }

    /** Tells native-image whether to link the library. */
    static final class Directives implements CContext.Directives {

        @Override
        public boolean isInConfiguration() {
            return LINKED;
        }

        @Override
        public List<String> getHeaderFiles() {
            return List.of();
        }
    }

    /**
     * Creates a TLS configuration, which lives as long as the process.
     *
     * @param anchors the text of a PEM file of trust anchors; null for the built-in ones alone
     * @param builtIn whether the built-in ones are trusted
     * @param chain the text of the PEM file of the client certificate; null for none
     * @param key the text of the PEM file of its key; null for none
     * @param problem the first element gets a number that says why there is no configuration
     * @return its handle; 0 if there is none
     */
    public static long config(byte[] anchors, boolean builtIn, byte[] chain, byte[] key, int[] problem) {
        try (PinnedObject pinnedAnchors = PinnedObject.create(anchors);
                PinnedObject pinnedChain = PinnedObject.create(chain);
                PinnedObject pinnedKey = PinnedObject.create(key);
                PinnedObject pinnedProblem = PinnedObject.create(problem)) {
            return tlsConfig(
                            start(pinnedAnchors, anchors),
                            optionalLength(anchors),
                            builtIn ? 1 : 0,
                            start(pinnedChain, chain),
                            optionalLength(chain),
                            start(pinnedKey, key),
                            optionalLength(key),
                            pinnedProblem.addressOfArrayElement(0))
                    .rawValue();
        }
    }

    /**
     * Starts the client side of a TLS connection.
     *
     * @param config a handle of {@link #config}
     * @param host the server's name or address
     * @return a handle; 0 if the host is no valid name or address
     */
    public static long open(long config, byte[] host) {
        try (PinnedObject pinned = PinnedObject.create(host)) {
            return tlsOpen(WordFactory.pointer(config), start(pinned, host), host.length)
                    .rawValue();
        }
    }

    /**
     * Decrypts a record.
     *
     * @param record has a complete record at its start
     * @param length of that record
     * @param plaintext gets what it has; large enough for any record
     * @return the number of bytes of plaintext, {@link #CLOSED} or {@link #FAILED}
     */
    public static int receive(long session, byte[] record, int length, byte[] plaintext) {
        try (PinnedObject pinnedRecord = PinnedObject.create(record);
                PinnedObject pinnedPlaintext = PinnedObject.create(plaintext)) {
            return (int) tlsReceive(
                    WordFactory.pointer(session),
                    start(pinnedRecord, record),
                    length,
                    start(pinnedPlaintext, plaintext),
                    plaintext.length);
        }
    }

    /**
     * Encrypts a part of an array.
     *
     * @return all that is to be sent, handshake messages included; null if it failed
     */
    public static byte[] send(long session, byte[] plaintext, int offset, int length) {
        long pending;
        try (PinnedObject pinned = PinnedObject.create(plaintext)) {
            pending = tlsSend(WordFactory.pointer(session), at(pinned, length == 0 ? null : plaintext, offset), length);
        }
        if (pending < 0) {
            return null;
        }
        byte[] target = new byte[(int) pending];
        try (PinnedObject pinned = PinnedObject.create(target)) {
            tlsTake(WordFactory.pointer(session), start(pinned, target), target.length);
        }
        return target;
    }

    /** The sum of those of {@link #HANDSHAKING} and {@link #TLS_1_3} that apply. */
    public static int state(long session) {
        return tlsState(WordFactory.pointer(session));
    }

    /** Whether {@link #send} has something to send without any plaintext. */
    public static boolean wantsToSend(long session) {
        return tlsWantsToSend(WordFactory.pointer(session)) != 0;
    }

    /** The reason of the last failure. */
    public static byte[] reason(long session) {
        byte[] text = new byte[512];
        try (PinnedObject pinned = PinnedObject.create(text)) {
            return Arrays.copyOf(text, (int) tlsReason(WordFactory.pointer(session), start(pinned, text), text.length));
        }
    }

    /** Frees a session. */
    public static void close(long session) {
        tlsClose(WordFactory.pointer(session));
    }

    static byte[] sha256(byte[] text) {
        byte[] result = new byte[SHA256_LENGTH];
        try (PinnedObject pinnedText = PinnedObject.create(text);
                PinnedObject pinnedResult = PinnedObject.create(result)) {
            sha256(start(pinnedText, text), text.length, start(pinnedResult, result));
        }
        return result;
    }

    static byte[] hmacSha256(byte[] key, byte[] text) {
        byte[] result = new byte[SHA256_LENGTH];
        try (PinnedObject pinnedKey = PinnedObject.create(key);
                PinnedObject pinnedText = PinnedObject.create(text);
                PinnedObject pinnedResult = PinnedObject.create(result)) {
            hmacSha256(
                    start(pinnedKey, key),
                    key.length,
                    start(pinnedText, text),
                    text.length,
                    start(pinnedResult, result));
        }
        return result;
    }

    private static CCharPointer start(PinnedObject pinned, byte[] array) {
        return at(pinned, array, 0);
    }

    /** The address of an element; null without an array or in one that is empty. */
    private static CCharPointer at(PinnedObject pinned, byte[] array, int offset) {
        return array == null || array.length == 0 ? WordFactory.nullPointer() : pinned.addressOfArrayElement(offset);
    }

    /** Negative without an array: an empty one, whose address is null too, is a file that has to be refused. */
    private static long optionalLength(byte[] array) {
        return array == null ? -1 : array.length;
    }

    @CFunction("cancel_upload_tls_config")
    private static native PointerBase tlsConfig(
            CCharPointer anchors,
            long anchorsLength,
            int builtIn,
            CCharPointer chain,
            long chainLength,
            CCharPointer key,
            long keyLength,
            CIntPointer problem);

    @CFunction("cancel_upload_tls_open")
    private static native PointerBase tlsOpen(PointerBase config, CCharPointer host, long hostLength);

    @CFunction("cancel_upload_tls_receive")
    private static native long tlsReceive(
            PointerBase session, CCharPointer record, long recordLength, CCharPointer plaintext, long plaintextLength);

    @CFunction("cancel_upload_tls_send")
    private static native long tlsSend(PointerBase session, CCharPointer plaintext, long length);

    @CFunction("cancel_upload_tls_take")
    private static native void tlsTake(PointerBase session, CCharPointer target, long length);

    @CFunction("cancel_upload_tls_state")
    private static native int tlsState(PointerBase session);

    @CFunction("cancel_upload_tls_wants_to_send")
    private static native int tlsWantsToSend(PointerBase session);

    @CFunction("cancel_upload_tls_reason")
    private static native long tlsReason(PointerBase session, CCharPointer target, long length);

    @CFunction("cancel_upload_tls_close")
    private static native void tlsClose(PointerBase session);

    @CFunction("cancel_upload_sha256")
    private static native void sha256(CCharPointer text, long length, CCharPointer target);

    @CFunction("cancel_upload_hmac_sha256")
    private static native void hmacSha256(
            CCharPointer key, long keyLength, CCharPointer text, long length, CCharPointer target);
}
