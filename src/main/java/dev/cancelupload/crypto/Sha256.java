package dev.cancelupload.crypto;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** SHA-256: the JDK's, or that of {@link NativeCrypto} if it is linked. */
public final class Sha256 {

    private Sha256() {}

    /** The hash of a text. */
    public static byte[] hash(byte[] text) {
        if (NativeCrypto.LINKED) {
            return NativeCrypto.sha256(text);
        }
        try {
            return MessageDigest.getInstance("SHA-256").digest(text);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("SHA-256 is not available", e);
        }
    }

    /** HMAC of a text, with SHA-256. */
    public static byte[] hmac(byte[] key, byte[] text) {
        if (NativeCrypto.LINKED) {
            return NativeCrypto.hmacSha256(key, text);
        }
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HmacSHA256 is not available", e);
        }
    }
}
