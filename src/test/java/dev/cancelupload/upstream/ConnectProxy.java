package dev.cancelupload.upstream;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** An HTTP proxy whose tunnels all lead to one local port, whatever the requested host. */
public final class ConnectProxy implements AutoCloseable {

    private final ServerSocket server;
    private final int target;
    private final String refusal;
    private final List<String> requests = new CopyOnWriteArrayList<>();

    /** A proxy that opens tunnels. */
    public ConnectProxy(int target) throws IOException {
        this(target, null);
    }

    private ConnectProxy(int target, String refusal) throws IOException {
        this.target = target;
        this.refusal = refusal;
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        run("proxy", this::accept);
    }

    /** A proxy that sends this response to every request; with an empty one it closes the connection. */
    public static ConnectProxy refusing(String answer) throws IOException {
        return new ConnectProxy(0, answer);
    }

    public int port() {
        return server.getLocalPort();
    }

    /** The heads of the received requests. */
    public List<String> requests() {
        return requests;
    }

    private void accept() {
        try {
            while (true) {
                Socket client = server.accept();
                run("tunnel", () -> serve(client));
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private void serve(Socket client) {
        try (client) {
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.ISO_8859_1));
            StringBuilder head = new StringBuilder();
            for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
                head.append(line).append('\n');
            }
            requests.add(head.toString());
            if (refusal != null) {
                client.getOutputStream().write(refusal.getBytes(StandardCharsets.ISO_8859_1));
                return;
            }
            try (Socket upstream = new Socket(InetAddress.getLoopbackAddress(), target)) {
                client.getOutputStream()
                        .write("HTTP/1.1 200 Connection established\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
                run("tunnel back", () -> copy(upstream, client));
                copy(client, upstream);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void copy(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException e) {
            // The other direction has closed it.
        }
    }

    private static void run(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
