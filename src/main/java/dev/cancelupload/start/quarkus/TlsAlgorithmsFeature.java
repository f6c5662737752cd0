package dev.cancelupload.start.quarkus;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import org.graalvm.nativeimage.hosted.Feature;

/**
 * Starts a TLS handshake without a peer, so that the JDK caches its algorithm constraints at image build time and the
 * cache is part of the image heap. Registered in {@code native-image.properties}.
 */
public final class TlsAlgorithmsFeature implements Feature {

    /** Not if there is another TLS in the executable. */
    @Override
    public boolean isInConfiguration(IsInConfigurationAccess access) {
        return !"rustls".equals(System.getProperty("cancel-upload.tls"));
    }

    @Override
    public void beforeAnalysis(BeforeAnalysisAccess access) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[0], null);
            SSLEngine engine = context.createSSLEngine();
            engine.setUseClientMode(true);
            engine.beginHandshake();
            engine.wrap(
                    ByteBuffer.allocate(0),
                    ByteBuffer.allocate(engine.getSession().getPacketBufferSize()));
        } catch (GeneralSecurityException | SSLException e) {
            throw new IllegalStateException("TLS is not available", e);
        }
    }
}
