package dev.cancelupload.tls;

import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.net.ssl.SSLException;
import org.graalvm.nativeimage.PinnedObject;
import org.graalvm.nativeimage.c.CContext;
import org.graalvm.nativeimage.c.function.CFunction;
import org.graalvm.nativeimage.c.function.CLibrary;
import org.graalvm.nativeimage.c.type.CCharPointer;
import org.graalvm.word.WordFactory;

/**
 * The C function of {@code src/main/rust/src/lib.rs}, which a native executable contains, unless it is built with
 * {@code -Dtls=jdk}. Handles are addresses: whoever has one uses it on one thread at a time, and not after
 * {@link Operation#CLOSE}.
 */
@CContext(RustLibrary.Directives.class)
@CLibrary(value = "cancel_upload_tls", requireStatic = true)
final class RustLibrary {

    /** Whether this is such an executable. A constant in any executable: what depends on it is there or not. */
    static final boolean LINKED = isBeingLinked();

    /** Room for a reason, in UTF-8. */
    static final int REASON_LENGTH = 256;

    /** {@code Operation} of {@code lib.rs}, in its order. There it says what each takes and gives. */
    enum Operation {
        CONFIGURE,
        OPEN,
        IS_HANDSHAKING,
        RECEIVE,
        READ,
        WRITE,
        SEND,
        CLOSE,
        SHA256,
        HMAC_SHA256
    }

    /** What is returned in place of a handle or a number of bytes: {@code Code} of {@code lib.rs}. */
    enum Code {
        CLOSED(-1),
        FAILED(-2),
        TRUST_ANCHORS_UNUSABLE(-3),
        CERTIFICATE_UNUSABLE(-4),
        KEY_UNUSABLE(-5);

        final int number;

        Code(int number) {
            this.number = number;
        }
    }

    private RustLibrary() {}

    /** Only while native-image runs: on the JVM there is no such library. */
    private static boolean isBeingLinked() {
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
     * Performs an operation that has nothing but a number to give.
     *
     * @param first null if it is missing, which is not the same as empty
     * @throws SSLException if it fails, with the reason
     */
    static long call(Operation operation, long subject, byte[] first) throws SSLException {
        byte[] reason = new byte[REASON_LENGTH];
        long result = call(operation, subject, first, null, reason);
        if (result < 0) {
            throw new SSLException(reason(reason));
        }
        return result;
    }

    /** Performs any operation; null is for an array that is missing. */
    static long call(Operation operation, long subject, byte[] first, byte[] second, byte[] target) {
        try (PinnedObject pinnedFirst = PinnedObject.create(first);
                PinnedObject pinnedSecond = PinnedObject.create(second);
                PinnedObject pinnedTarget = PinnedObject.create(target)) {
            return call(
                    operation.ordinal(),
                    subject,
                    address(pinnedFirst, first),
                    length(first),
                    address(pinnedSecond, second),
                    length(second),
                    address(pinnedTarget, target),
                    length(target));
        }
    }

    private static int length(byte[] array) {
        return array == null ? -1 : array.length;
    }

    private static CCharPointer address(PinnedObject pinned, byte[] array) {
        return array == null || array.length == 0 ? WordFactory.nullPointer() : pinned.addressOfArrayElement(0);
    }

    /** The reason in a target after a failure. */
    static String reason(byte[] target) {
        return new String(target, StandardCharsets.UTF_8).trim();
    }

    @CFunction("cancel_upload_tls")
    private static native long call(
            int operation,
            long subject,
            CCharPointer first,
            long firstLength,
            CCharPointer second,
            long secondLength,
            CCharPointer target,
            long targetLength);
}
