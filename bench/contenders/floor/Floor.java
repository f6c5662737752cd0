import java.io.ByteArrayOutputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/**
 * Cancels an OpenAI Upload with only sockets and the JDK's TLS, to measure the least start time of a native image. A
 * benchmark, not a program to deploy: it supports only the HTTP of the benchmark's two servers.
 */
public final class Floor {

    private static final String RUNTIME = "/2018-06-01/runtime/invocation/";

    private final String key = System.getenv("OPENAI_API_KEY");
    private final URI base = URI.create(System.getenv("OPENAI_BASE_URL"));
    private SSLSocket api;

    public static void main(String... args) throws Exception {
        Floor floor = new Floor();
        if ("true".equals(System.getenv("PRIMED"))) {
            floor.connect();
        }
        String[] runtime = System.getenv("AWS_LAMBDA_RUNTIME_API").split(":");
        Socket events = connected(new Socket(), runtime[0], Integer.parseInt(runtime[1]));
        String host = "Host: " + runtime[0] + ":" + runtime[1] + "\r\n";
        while (true) {
            Answer event = call(events, "GET " + RUNTIME + "next HTTP/1.1\r\n" + host + "\r\n", new byte[0]);
            byte[] upload = floor.cancel(event.body.substring(1, event.body.length() - 1));
            call(events, "POST " + RUNTIME + event.header("lambda-runtime-aws-request-id") + "/response HTTP/1.1\r\n"
                    + host + "Content-Length: " + upload.length + "\r\n\r\n", upload);
        }
    }

    private byte[] cancel(String id) throws Exception {
        if (api == null) {
            connect();
        }
        return call(api, "POST " + base.getRawPath() + "/uploads/" + id + "/cancel HTTP/1.1\r\nHost: " + base.getAuthority()
                + "\r\nAuthorization: Bearer " + key + "\r\nAccept: application/json\r\nContent-Length: 0\r\n\r\n",
                new byte[0]).body.getBytes(StandardCharsets.UTF_8);
    }

    private void connect() throws Exception {
        KeyStore anchors = KeyStore.getInstance(KeyStore.getDefaultType());
        anchors.load(null, null);
        try (InputStream pem = new FileInputStream(System.getenv("SSL_CERT_FILE"))) {
            for (var certificate : CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
                anchors.setCertificateEntry(Integer.toString(anchors.size()), certificate);
            }
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(anchors);
        SSLContext context = SSLContext.getInstance("TLSv1.3");
        context.init(null, trust.getTrustManagers(), null);
        int port = base.getPort() < 0 ? 443 : base.getPort();
        Socket plain = connected(new Socket(), base.getHost(), port);
        api = (SSLSocket) context.getSocketFactory().createSocket(plain, base.getHost(), port, true);
        SSLParameters parameters = api.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        // One key share instead of two.
        parameters.setNamedGroups(new String[] {"x25519", "secp256r1"});
        api.setSSLParameters(parameters);
        api.startHandshake();
    }

    private static Socket connected(Socket socket, String host, int port) throws IOException {
        socket.setTcpNoDelay(true);
        socket.connect(new InetSocketAddress(host, port));
        return socket;
    }

    private record Answer(String head, String body) {
        String header(String name) {
            for (String line : head.split("\r\n")) {
                if (line.regionMatches(true, 0, name + ":", 0, name.length() + 1)) {
                    return line.substring(name.length() + 1).strip();
                }
            }
            throw new IllegalStateException("No " + name + " in: " + head);
        }
    }

    private static Answer call(Socket socket, String head, byte[] body) throws IOException {
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
        request.writeBytes(body);
        OutputStream out = socket.getOutputStream();
        out.write(request.toByteArray());
        InputStream in = socket.getInputStream();
        byte[] buffer = new byte[8192];
        String received = "";
        int headEnd;
        do {
            received += next(in, buffer);
            headEnd = received.indexOf("\r\n\r\n");
        } while (headEnd < 0);
        Answer answer = new Answer(received.substring(0, headEnd), "");
        int length = Integer.parseInt(answer.header("content-length"));
        String content = received.substring(headEnd + 4);
        while (content.length() < length) {
            content += next(in, buffer);
        }
        return new Answer(answer.head, content);
    }

    private static String next(InputStream in, byte[] buffer) throws IOException {
        int count = in.read(buffer);
        if (count < 0) {
            throw new IOException("The connection was closed.");
        }
        return new String(buffer, 0, count, StandardCharsets.ISO_8859_1);
    }
}
