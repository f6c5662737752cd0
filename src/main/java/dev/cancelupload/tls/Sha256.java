package dev.cancelupload.tls;

import dev.cancelupload.tls.RustLibrary.Operation;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** SHA-256: the JDK's, or that of {@link RustLibrary} if it is linked. */
public final class Sha256 {

    private Sha256() {}

    /** The hash of a text. */
    public static byte[] hash(byte[] text) {
        if (RustLibrary.LINKED) {
            return rust(Operation.SHA256, text, null);
        }
        try {
            return MessageDigest.getInstance("SHA-256").digest(text);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("SHA-256 is not available", e);
        }
    }

    /** HMAC of a text, with SHA-256. */
    public static byte[] hmac(byte[] key, byte[] text) {
        if (RustLibrary.LINKED) {
            return rust(Operation.HMAC_SHA256, key, text);
        }
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HmacSHA256 is not available", e);
        }
    }

    private static byte[] rust(Operation operation, byte[] first, byte[] second) {
        byte[] result = new byte[32];
        RustLibrary.call(operation, 0, first, second, result);
        return result;
    }
}
