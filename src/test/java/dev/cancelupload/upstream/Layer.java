package dev.cancelupload.upstream;

/** The layer below HTTP. */
public enum Layer {
    PLAIN,
    TLS_1_2,
    TLS_1_3;

    public boolean isTls() {
        return this != PLAIN;
    }

    /** As an {@link javax.net.ssl.SSLEngine} calls it. */
    String protocol() {
        return this == TLS_1_2 ? "TLSv1.2" : "TLSv1.3";
    }
}
