import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * Finds out which pages of a Lambda function's executable a start touches, writes the list into the executable, and
 * puts the result into function.zip as {@code bootstrap}.
 *
 * <p>{@code java Prefetch.java EXECUTABLE ZIP STARTS wanted|required|none}. STARTS is a file that says what to run;
 * docs/prefetch.md has its format. If there can be no list, {@code wanted} warns and leaves both files as they are, and
 * {@code required} fails. Needs Linux, a C compiler and the JDK's keytool; no root.
 */
public final class Prefetch {

    /** The smallest page there is. */
    private static final int PAGE = 4096;

    /** As in prefetch.c: the letters PREFETCH, and the size of the section. */
    private static final long MAGIC = 0x5052454645544348L;

    private static final int MOST_RANGES = 4094;
    private static final int SIZE = 16 + 8 * MOST_RANGES;

    /** Pages are asked for in so many parts, and pages are near each other at so many. */
    private static final int PARTS = 8;

    private static final int NEAR = 8;

    private static final int SECONDS = 60;
    private static final String PASSWORD = "prefetch";

    private final Path executable;
    private final Path work;
    private final Path sources;

    private Prefetch(Path executable, Path work) throws Exception {
        this.sources = Path.of(Prefetch.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        this.executable = executable;
        this.work = work;
    }

    public static void main(String[] arguments) throws Exception {
        if (arguments.length != 4 || !List.of("wanted", "required", "none").contains(arguments[3])) {
            System.err.println("usage: java Prefetch.java EXECUTABLE ZIP STARTS wanted|required|none");
            System.exit(2);
        }
        if (arguments[3].equals("none")) {
            return;
        }
        Path work = Files.createTempDirectory("prefetch-");
        try {
            Path executable = Path.of(arguments[0]).toRealPath();
            new Prefetch(executable, work).fillIn(Plan.read(Path.of(arguments[2])));
            intoZip(executable, Path.of(arguments[1]));
        } catch (IOException e) {
            System.err.println(
                    "WARNING: the executable has no list of pages to prefetch, so that a start in a fresh sandbox takes "
                            + "twice as long: " + e.getMessage());
            if (arguments[3].equals("required")) {
                throw e;
            }
        } finally {
            try (Stream<Path> files = Files.list(work)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(work);
        }
    }

    // ---- The list

    private void fillIn(Plan plan) throws Exception {
        int place = place(ByteBuffer.wrap(Files.readAllBytes(executable)));
        // An old list would be asked for during the profile.
        write(place, List.of());
        List<long[]> ranges = profile(plan);
        if (ranges.size() > MOST_RANGES) {
            throw new IOException(ranges.size() + " ranges do not fit: raise MOST_RANGES here and in prefetch.c");
        }
        write(place, ranges);
    }

    /** Where the section {@code .prefetch} is in the file: it begins with its name, on a page of its own. */
    private static int place(ByteBuffer file) throws IOException {
        for (int at = 0; at <= file.limit() - SIZE; at += PAGE) {
            if (file.getLong(at) == MAGIC) {
                return at;
            }
        }
        throw new IOException("it has no section .prefetch: prefetch.o was not linked");
    }

    private void write(int place, List<long[]> ranges) throws IOException {
        try (FileChannel file = FileChannel.open(executable, StandardOpenOption.WRITE)) {
            ByteBuffer list = ByteBuffer.allocate(SIZE).putLong(MAGIC).order(ByteOrder.LITTLE_ENDIAN);
            list.putInt((int) file.size()).putInt(ranges.size());
            for (long[] range : ranges) {
                list.putInt((int) range[0]).putInt((int) range[1]);
            }
            file.write(list.clear(), place);
        }
    }

    /** Ranges of offset and length: the pages of the first start, then what each further start adds. */
    private List<long[]> profile(Plan plan) throws Exception {
        Path pages = compile("pages.c", "pages");
        Path preload = compile("no-read-ahead.c", "no-read-ahead.so", "-shared", "-fPIC");
        run(pages.toString(), "evict", executable.toString());
        List<long[]> ranges = new ArrayList<>();
        BitSet known = new BitSet();
        try (StandIn upstream = new StandIn(plan.answers, work)) {
            for (Plan.Start start : plan.starts) {
                Process watch = new ProcessBuilder(pages.toString(), "watch", executable.toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
                try {
                    start(start, upstream, preload);
                } finally {
                    watch.getOutputStream().close();
                }
                List<Integer> touched = new ArrayList<>();
                String seen = new String(watch.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
                if (watch.waitFor() != 0) {
                    throw new IOException("the page cache cannot be looked at");
                }
                for (String line : seen.lines().toList()) {
                    String[] range = line.split(" ");
                    long end = Long.parseLong(range[1]) + Long.parseLong(range[2]);
                    for (int page = (int) (Long.parseLong(range[1]) / PAGE); (long) page * PAGE < end; page++) {
                        if (!known.get(page)) {
                            known.set(page);
                            touched.add(page);
                        }
                    }
                }
                int before = ranges.size();
                addTo(ranges, touched);
                System.out.printf(
                        "prefetch: %s: %,d bytes in %d ranges that are new%n",
                        start.name, (long) touched.size() * PAGE, ranges.size() - before);
            }
        }
        return ranges;
    }

    /**
     * Adds pages, the earliest first, so that the process computes while the rest is read. Not one by one, since
     * neighbours are read by one request: in eighths, each in the order of the file, and with those near by that are
     * needed later.
     */
    private static void addTo(List<long[]> ranges, List<Integer> touched) {
        BitSet left = new BitSet();
        touched.forEach(left::set);
        for (int part = 1; part <= PARTS; part++) {
            BitSet now = new BitSet();
            for (int page : touched.subList(0, touched.size() * part / PARTS)) {
                now.set(Math.max(0, page - NEAR), page + NEAR + 1);
            }
            now.and(left);
            left.andNot(now);
            for (int from = now.nextSetBit(0); from >= 0; ) {
                int to = now.nextClearBit(from);
                ranges.add(new long[] {(long) from * PAGE, (long) (to - from) * PAGE});
                from = now.nextSetBit(to);
            }
        }
    }

    /** As Quarkus packs it, but as small as can be, and with a time that is always the same. */
    private static void intoZip(Path executable, Path zip) throws IOException {
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
            out.setLevel(Deflater.BEST_COMPRESSION);
            ZipEntry bootstrap = new ZipEntry("bootstrap");
            bootstrap.setTimeLocal(LocalDateTime.of(2026, 1, 1, 0, 0));
            out.putNextEntry(bootstrap);
            Files.copy(executable, out);
        }
        // The stream knows no permissions.
        try (FileSystem archive = FileSystems.newFileSystem(
                URI.create("jar:" + zip.toUri()), Map.of("enablePosixFileAttributes", "true"))) {
            Files.setPosixFilePermissions(
                    archive.getPath("bootstrap"), PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }

    // ---- A start

    private void start(Plan.Start start, StandIn upstream, Path preload) throws Exception {
        Path log = work.resolve("log");
        RuntimeApi lambda = new RuntimeApi(start);
        ProcessBuilder builder = new ProcessBuilder(executable.toString());
        Map<String, String> environment = builder.environment();
        environment.clear();
        environment.putAll(Map.of(
                "LD_PRELOAD",
                preload.toString(),
                "AWS_LAMBDA_RUNTIME_API",
                lambda.address(),
                "AWS_LAMBDA_FUNCTION_NAME",
                "prefetch",
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
                "256",
                "AWS_REGION",
                "us-east-1",
                "AWS_ACCESS_KEY_ID",
                "ASIAEXAMPLE",
                "AWS_SECRET_ACCESS_KEY",
                "secret",
                "AWS_SESSION_TOKEN",
                "token",
                "TZ",
                ":UTC"));
        start.environment.forEach((name, value) -> environment.put(name, upstream.resolve(value)));
        Process process = builder.directory(work.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            for (int second = 0; !lambda.idle.await(1, TimeUnit.SECONDS); second++) {
                if (second == SECONDS || !process.isAlive()) {
                    lambda.problem = lambda.problem
                            + (process.isAlive() ? "it did not finish" : "it ended with " + process.exitValue());
                    break;
                }
            }
        } finally {
            process.destroyForcibly().waitFor();
            lambda.server.stop(0);
        }
        if (!lambda.problem.isEmpty()) {
            String output = Files.readString(log);
            throw new IOException("start \"" + start.name + "\": " + lambda.problem + "; "
                    + output.substring(Math.max(0, output.length() - 1000)).strip());
        }
    }

    private Path compile(String source, String result, String... options) throws Exception {
        Path compiled = work.resolve(result);
        List<String> command = new ArrayList<>(List.of("cc", "-O2", "-o", compiled.toString()));
        command.addAll(Arrays.asList(options));
        command.add(sources.resolveSibling(source).toString());
        run(command.toArray(String[]::new));
        return compiled;
    }

    private static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(output.strip());
        }
        return output;
    }

    // ---- The stand-ins

    /** What is run: starts with their environments and events, and what the servers that they call answer. */
    private record Plan(List<Start> starts, List<String[]> answers) {

        record Event(String json, boolean fails) {}

        record Start(String name, Map<String, String> environment, List<Event> events) {}

        static Plan read(Path file) throws IOException {
            Plan plan = new Plan(new ArrayList<>(), new ArrayList<>());
            for (String line : Files.readAllLines(file)) {
                String[] words = line.strip().split(" ", 2);
                if (words[0].isEmpty() || words[0].startsWith("#")) {
                    continue;
                }
                Start last = plan.starts.isEmpty() ? null : plan.starts.get(plan.starts.size() - 1);
                switch (words[0]) {
                    case "answer" -> plan.answers.add(words[1].split(" ", 3));
                    case "start" -> plan.starts.add(new Start(words[1], new LinkedHashMap<>(), new ArrayList<>()));
                    case "set" -> last.environment.put(words[1].split("=", 2)[0], words[1].split("=", 2)[1]);
                    case "event" -> last.events.add(new Event(words[1], false));
                    case "fails" -> last.events.add(new Event(words[1], true));
                    default -> throw new IOException(file + ": " + line);
                }
            }
            return plan;
        }
    }

    /** Lambda's Runtime API for one start. */
    private static final class RuntimeApi {

        final CountDownLatch idle = new CountDownLatch(1);
        final HttpServer server;
        private final Plan.Start start;
        private int next;
        volatile String problem = "";

        RuntimeApi(Plan.Start start) throws IOException {
            this.start = start;
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.setExecutor(Executors.newCachedThreadPool(Prefetch::daemon));
            server.createContext("/", this::handle);
            server.start();
        }

        String address() {
            return "127.0.0.1:" + server.getAddress().getPort();
        }

        private void handle(HttpExchange exchange) throws IOException {
            String path = exchange.getRequestURI().getPath();
            byte[] body = exchange.getRequestBody().readAllBytes();
            if (!path.endsWith("/next")) {
                boolean failed = path.endsWith("/error");
                if (path.endsWith("/init/error") || failed != start.events.get(next - 1).fails) {
                    problem = new String(body, StandardCharsets.UTF_8);
                    idle.countDown();
                }
                answer(exchange, 202, "{\"status\":\"OK\"}");
            } else if (next == start.events.size()) {
                idle.countDown();
                // As on Lambda, there is no answer until there is another event.
            } else {
                exchange.getResponseHeaders().set("Lambda-Runtime-Aws-Request-Id", "request-" + next);
                exchange.getResponseHeaders()
                        .set("Lambda-Runtime-Deadline-Ms", "" + (System.currentTimeMillis() + SECONDS * 1000));
                exchange.getResponseHeaders()
                        .set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:0:function:prefetch");
                answer(exchange, 200, start.events.get(next++).json);
            }
        }
    }

    /** Everything else that a start calls, by HTTPS, with a chain of a P-384 root and P-256 certificates. */
    private static final class StandIn implements AutoCloseable {

        private final List<String[]> answers;
        private final HttpsServer server;
        private final Path anchors;

        StandIn(List<String[]> answers, Path work) throws Exception {
            this.answers = answers;
            Path store = work.resolve("keys.p12");
            keytool(store, "root", "secp384r1", "-ext", "bc:c");
            keytool(store, "intermediate", "secp256r1", "-signer", "root", "-ext", "bc:c=0");
            keytool(store, "leaf", "secp256r1", "-signer", "intermediate", "-ext", "san=dns:localhost");
            KeyStore keys = KeyStore.getInstance("PKCS12");
            try (InputStream in = Files.newInputStream(store)) {
                keys.load(in, PASSWORD.toCharArray());
            }
            anchors = work.resolve("anchors.pem");
            Files.writeString(
                    anchors,
                    "-----BEGIN CERTIFICATE-----\n"
                            + Base64.getMimeEncoder(64, new byte[] {'\n'})
                                    .encodeToString(keys.getCertificate("root").getEncoded())
                            + "\n-----END CERTIFICATE-----\n");
            Certificate[] chain = keys.getCertificateChain("leaf");
            PrivateKey key = (PrivateKey) keys.getKey("leaf", PASSWORD.toCharArray());
            keys.deleteEntry("root");
            keys.deleteEntry("intermediate");
            keys.setKeyEntry("leaf", key, PASSWORD.toCharArray(), Arrays.copyOf(chain, 2));
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(keys, PASSWORD.toCharArray());
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(factory.getKeyManagers(), null, null);
            server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.setHttpsConfigurator(new HttpsConfigurator(context));
            server.setExecutor(Executors.newCachedThreadPool(Prefetch::daemon));
            server.createContext("/", this::handle);
            server.start();
        }

        private static void keytool(Path store, String name, String curve, String... more) throws Exception {
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                    "-genkeypair",
                    "-alias",
                    name,
                    "-keyalg",
                    "EC",
                    "-groupname",
                    curve,
                    "-dname",
                    "CN=" + name,
                    "-validity",
                    "7",
                    "-keystore",
                    store.toString(),
                    "-storetype",
                    "PKCS12",
                    "-storepass",
                    PASSWORD));
            command.addAll(Arrays.asList(more));
            run(command.toArray(String[]::new));
        }

        String resolve(String value) {
            return value.replace(
                            "${https}",
                            "https://localhost:" + server.getAddress().getPort())
                    .replace("${anchors}", anchors.toString());
        }

        private void handle(HttpExchange exchange) throws IOException {
            String request = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            String asked = exchange.getRequestURI().getPath() + " " + request;
            for (String[] rule : answers) {
                // {} stands for what lies between, in the body too.
                String[] around = rule[0].split("\\{}", 2);
                int from = asked.indexOf(around[0]);
                int to = from < 0 || around.length == 1 ? from : asked.indexOf(around[1], from + around[0].length());
                if (to >= 0) {
                    String between = around.length == 1 ? "" : asked.substring(from + around[0].length(), to);
                    answer(exchange, Integer.parseInt(rule[1]), rule[2].replace("{}", between));
                    return;
                }
            }
            answer(exchange, 404, "{\"error\":{\"message\":\"no answer is given for this\"}}");
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", body.startsWith("<") ? "text/xml" : "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task);
        thread.setDaemon(true);
        return thread;
    }
}
