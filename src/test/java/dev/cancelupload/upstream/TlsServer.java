package dev.cancelupload.upstream;

import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;

import com.github.tomakehurst.wiremock.WireMockServer;
import java.nio.file.Path;

/** OpenAI over TLS: every upload can be cancelled. */
public final class TlsServer implements AutoCloseable {

    private final WireMockServer server;

    public TlsServer(Path keyStore) {
        server = new WireMockServer(options()
                .dynamicPort()
                .dynamicHttpsPort()
                .keystorePath(keyStore.toString())
                .keystoreType("PKCS12")
                .keystorePassword(Certificates.PASSWORD)
                .keyManagerPassword(Certificates.PASSWORD));
        server.start();
        server.stubFor(post(anyUrl()).willReturn(OpenAI.cancelled("upload_tls")));
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
