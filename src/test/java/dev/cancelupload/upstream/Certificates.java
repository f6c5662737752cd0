package dev.cancelupload.upstream;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A certificate authority of a test: a P-384 root like OpenAI's, and P-256 server certificates, made by the JDK's keytool. */
public final class Certificates {

    public static final String PASSWORD = "changeit";

    private final Path folder;

    public Certificates(Path folder) throws IOException, InterruptedException {
        this.folder = folder;
        keytool(
                "-genkeypair",
                "-alias",
                "root",
                "-keystore",
                store("root"),
                "-keyalg",
                "EC",
                "-groupname",
                "secp384r1",
                "-dname",
                "CN=Test Root",
                "-ext",
                "bc:c",
                "-validity",
                "30");
        keytool("-exportcert", "-rfc", "-alias", "root", "-keystore", store("root"), "-file", root().toString());
    }

    /** The root as a PEM file. */
    public Path root() {
        return folder.resolve("root.pem");
    }

    /**
     * A key store with a key, and the chain of its certificate.
     *
     * @param name of the file
     * @param host the one name in the certificate
     * @param days how long it is valid, from ten days ago on
     */
    public Path server(String name, String host, int days) throws IOException, InterruptedException {
        Path request = folder.resolve(name + ".csr");
        Path certificate = folder.resolve(name + ".pem");
        keytool(
                "-genkeypair",
                "-alias",
                "server",
                "-keystore",
                store(name),
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-dname",
                "CN=" + host);
        keytool("-certreq", "-alias", "server", "-keystore", store(name), "-file", request.toString());
        keytool(
                "-gencert",
                "-alias",
                "root",
                "-keystore",
                store("root"),
                "-infile",
                request.toString(),
                "-outfile",
                certificate.toString(),
                "-rfc",
                "-ext",
                "san=dns:" + host,
                "-startdate",
                "-10d",
                "-validity",
                "" + days);
        Files.writeString(certificate, Files.readString(certificate) + Files.readString(root()));
        keytool(
                "-importcert",
                "-noprompt",
                "-alias",
                "server",
                "-keystore",
                store(name),
                "-file",
                certificate.toString(),
                "-trustcacerts");
        return Path.of(store(name));
    }

    /** The certificate of a key store that {@link #server} made, and those that lead to the root, as a PEM file. */
    public Path chain(String name) {
        return folder.resolve(name + ".pem");
    }

    /** The private key of a key store that {@link #server} made, as a PEM file. */
    public Path key(String name) throws Exception {
        KeyStore keys = KeyStore.getInstance(Path.of(store(name)).toFile(), PASSWORD.toCharArray());
        byte[] der = keys.getKey("server", PASSWORD.toCharArray()).getEncoded();
        return Files.writeString(
                folder.resolve(name + ".key"),
                "-----BEGIN PRIVATE KEY-----\n" + Base64.getMimeEncoder().encodeToString(der)
                        + "\n-----END PRIVATE KEY-----\n");
    }

    /** A key store with the root only, for a server that asks its clients for certificates. */
    public Path trustStore() throws Exception {
        Path file = folder.resolve("trust.p12");
        if (!Files.exists(file)) {
            keytool(
                    "-importcert",
                    "-noprompt",
                    "-alias",
                    "root",
                    "-keystore",
                    file.toString(),
                    "-file",
                    root().toString());
        }
        return file;
    }

    private String store(String name) {
        return folder.resolve(name + ".p12").toString();
    }

    private static void keytool(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
        command.addAll(List.of(arguments));
        command.addAll(List.of("-storetype", "PKCS12", "-storepass", PASSWORD, "-J-XX:TieredStopAtLevel=1"));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes());
        if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException(command + ": " + output);
        }
    }
}
