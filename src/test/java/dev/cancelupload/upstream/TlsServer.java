package dev.cancelupload.upstream;

import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.post;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import java.nio.file.Path;

/** OpenAI over TLS: every upload can be cancelled. */
public final class TlsServer implements AutoCloseable {

    private final WireMockServer server;

    public TlsServer(Path keyStore) {
        this(options(keyStore));
    }

    /** A server that talks only to clients with a certificate of an authority in the trust store. */
    public static TlsServer mutual(Path keyStore, Path trustStore) {
        return new TlsServer(options(keyStore)
                .needClientAuth(true)
                .trustStorePath(trustStore.toString())
                .trustStoreType("PKCS12")
                .trustStorePassword(Certificates.PASSWORD));
    }

    private static WireMockConfiguration options(Path keyStore) {
        return WireMockConfiguration.options()
                .dynamicPort()
                .dynamicHttpsPort()
                .keystorePath(keyStore.toString())
                .keystoreType("PKCS12")
                .keystorePassword(Certificates.PASSWORD)
                .keyManagerPassword(Certificates.PASSWORD);
    }

    private TlsServer(WireMockConfiguration options) {
        server = new WireMockServer(options);
        server.start();
        server.stubFor(post(anyUrl()).willReturn(OpenAI.cancelledAsAsked()));
    }

    public int port() {
        return server.httpsPort();
    }

    /** How many requests got through. */
    public int requests() {
        return server.getAllServeEvents().size();
    }

    @Override
    public void close() {
        server.stop();
    }
}
