import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.models.uploads.Upload;
import java.io.FileInputStream;
import java.io.InputStream;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/** Cancels an OpenAI Upload. */
public final class CancelUpload implements RequestHandler<String, Map<String, Object>> {

    private final OpenAIClient client;

    public CancelUpload() throws Exception {
        X509TrustManager trust = trustManager(System.getenv("SSL_CERT_FILE"));
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new X509TrustManager[] {trust}, null);
        // Reads OPENAI_API_KEY and OPENAI_BASE_URL.
        client = OpenAIOkHttpClient.builder().fromEnv()
                .sslSocketFactory(context.getSocketFactory()).trustManager(trust).build();
    }

    @Override
    public Map<String, Object> handleRequest(String uploadId, Context context) {
        Upload upload = client.uploads().cancel(uploadId);
        return Map.of("id", upload.id(), "object", "upload", "bytes", upload.bytes(), "created_at", upload.createdAt(),
                "expires_at", upload.expiresAt(), "filename", upload.filename(), "purpose", upload.purpose(),
                "status", upload.status().asString());
    }

    /** The JDK has no setting for PEM files. */
    private static X509TrustManager trustManager(String pemFile) throws Exception {
        KeyStore anchors = KeyStore.getInstance(KeyStore.getDefaultType());
        anchors.load(null, null);
        try (InputStream pem = new FileInputStream(pemFile)) {
            for (var certificate : CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
                anchors.setCertificateEntry(Integer.toString(anchors.size()), certificate);
            }
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(anchors);
        return (X509TrustManager) factory.getTrustManagers()[0];
    }
}
