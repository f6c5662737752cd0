import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Adds the JDK and GraalVM's runtime to bom.json, bom.xml and THIRD-PARTY.txt in a folder: native-image links them into
 * the executable, but they are no Maven artifacts. The same goes for the Rust crates that it has unless it is built with
 * {@code -Dtls=jdk}; their licences are checked here. pom.xml runs this file after CycloneDX.
 *
 * <p>Their versions are read from the executable, which also works after a build in a container. The file {@code release}
 * of GRAALVM_HOME, if there is one, adds the vendor and the full version.
 *
 * @see <a href="https://cyclonedx.org/docs/1.6/json/">CycloneDX 1.6</a>
 */
class AddRuntimeToBom {
    private static final String OPENJDK_LICENCE = "GPL-2.0-only WITH Classpath-exception-2.0";
    private static final String ORACLE_LICENCE = "LicenseRef-GraalVM-Free-Terms-and-Conditions";
    /** Those of pom.xml that crates have, and two more. Each crate needs one of these, or all of a combination. */
    private static final Set<String> CRATE_LICENCES =
            Set.of("Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CDLA-Permissive-2.0", "ISC", "MIT", "MIT-0");

    private static final String MARKER = "What native-image adds:";

    /** One component of a bill of materials; {@code cpe} and {@code supplier} are empty where there is none. */
    record Component(
            String name,
            String version,
            String description,
            Optional<String> supplier,
            String licence,
            Optional<String> cpe,
            String purl,
            String website) {}

    /**
     * @param args the executable, the folder with the three files, and the list of crates or {@code none}
     * @throws IllegalStateException if the executable does not name its JDK and GraalVM, or GRAALVM_HOME differs from them,
     *     or a crate has another licence than those that are allowed
     */
    public static void main(String[] args) throws IOException {
        Path executable = Path.of(args[0]);
        Path folder = Path.of(args[1]);
        if (Files.notExists(executable)) {
            // -Dquarkus.native.enabled=false; .ci/check-binary asks for the components of a native build.
            System.out.println("No native executable, hence no JDK and GraalVM in the bill of materials");
            return;
        }
        List<Component> components = new ArrayList<>(components(
                Files.readString(executable, StandardCharsets.ISO_8859_1), release(System.getenv("GRAALVM_HOME"))));
        if (!args[2].equals("none")) {
            for (String line : Files.readAllLines(Path.of(args[2]))) {
                components.add(crate(line));
            }
        }
        addToJson(folder.resolve("bom.json"), components);
        addToXml(folder.resolve("bom.xml"), components);
        addToLicences(folder.resolve("THIRD-PARTY.txt"), components);
        components.forEach(component ->
                System.out.println("Bill of materials: " + component.name() + " " + component.version()));
    }

    private static List<Component> components(String executable, Properties release) {
        String java = said(executable, "com.oracle.svm.core.VM.Java.Version");
        String vm = said(executable, "com.oracle.svm.core.VM");
        Matcher words = Pattern.compile("(.+?)[ -](\\d.*)").matcher(vm);
        if (!words.matches()) {
            throw new IllegalStateException("The executable says that it was built with '" + vm + "', which has no version");
        }
        String product = words.group(1);
        String version = words.group(2);
        String number = version.replaceAll("[^0-9.].*", "");

        String home = release.getProperty("JAVA_VERSION", java);
        if (!home.equals(java)) {
            throw new IllegalStateException(
                    "The executable has JDK " + java + ", and GRAALVM_HOME is one of JDK " + home + ": it did not build it");
        }
        String jdk = release.getProperty("JAVA_RUNTIME_VERSION", java);
        Optional<String> vendor = Optional.ofNullable(release.getProperty("IMPLEMENTOR"));
        String build = release.getProperty("IMPLEMENTOR_VERSION", "JDK " + jdk);
        boolean oracle = product.startsWith("Oracle");
        String licence = oracle ? ORACLE_LICENCE : OPENJDK_LICENCE;

        return List.of(
                new Component(
                        oracle ? "Oracle JDK" : "OpenJDK",
                        jdk,
                        "The class library and its native code, as in " + build,
                        vendor,
                        licence,
                        Optional.of("cpe:2.3:a:oracle:" + (oracle ? "jdk" : "openjdk") + ":" + java + ":*:*:*:*:*:*:*"),
                        "pkg:generic/" + (oracle ? "jdk" : "openjdk") + "@" + encoded(jdk),
                        "https://openjdk.org/projects/jdk/" + java.replaceAll("\\..*", "") + "/"),
                new Component(
                        product,
                        version,
                        "The runtime of a native executable: memory, threads, signals",
                        Optional.of(oracle ? "Oracle" : product.equals("GraalVM CE") ? "GraalVM Community" : product),
                        licence,
                        oracle
                                ? Optional.of("cpe:2.3:a:oracle:graalvm_for_jdk:" + java + ":*:*:*:*:*:*:*")
                                : Optional.empty(),
                        product.equals("GraalVM CE")
                                // The jar in which GraalVM publishes it.
                                ? "pkg:maven/org.graalvm.nativeimage/svm@" + number + "?type=jar"
                                : "pkg:generic/" + encoded(product.toLowerCase().replace(' ', '-')) + "@" + encoded(version),
                        "https://www.graalvm.org/"));
    }

    /** @param line of what src/main/rust/build lists: {@code name|version|licence|website} */
    private static Component crate(String line) {
        String[] fields = line.split("\\|", -1);
        String name = fields[0];
        String licence = fields[2];
        // Some crates still separate alternatives by a slash.
        boolean allowed = Arrays.stream(licence.split(" OR |/"))
                .anyMatch(one -> Arrays.stream(one.split(" AND ")).allMatch(CRATE_LICENCES::contains));
        if (!allowed) {
            throw new IllegalStateException("The licence of the crate " + name + " is not allowed: " + licence);
        }
        boolean library = name.indexOf(' ') < 0;
        return new Component(
                name,
                fields[1],
                library ? "Rust crate of the TLS implementation" : "Of the compiler that built the TLS implementation",
                Optional.empty(),
                licence.replace("/", " OR "),
                Optional.empty(),
                library ? "pkg:cargo/" + name + "@" + fields[1] : "pkg:generic/rust@" + fields[1],
                fields[3].isEmpty() ? "https://crates.io/crates/" + name : fields[3]);
    }

    /** The value of a C string {@code name=value} that native-image wrote into the executable. */
    private static String said(String executable, String name) {
        Matcher value = Pattern.compile("\0" + Pattern.quote(name) + "=([\\x20-\\x7e]+)\0").matcher(executable);
        if (!value.find()) {
            throw new IllegalStateException("The executable does not say what its " + name + " is");
        }
        return value.group(1);
    }

    /** The file {@code release} of a JDK: lines of {@code NAME="value"}. */
    private static Properties release(String home) throws IOException {
        Properties release = new Properties();
        if (home != null && !home.isBlank() && Files.exists(Path.of(home, "release"))) {
            for (String line : Files.readAllLines(Path.of(home, "release"))) {
                Matcher entry = Pattern.compile("(\\w+)=\"(.*)\"").matcher(line);
                if (entry.matches()) {
                    release.setProperty(entry.group(1), entry.group(2));
                }
            }
        }
        return release;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static void addToJson(Path file, List<Component> components) throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode bom = (ObjectNode) mapper.readTree(file.toFile());
        String root = bom.at("/metadata/component/bom-ref").textValue();
        ArrayNode dependencies = (ArrayNode) bom.get("dependencies");
        ArrayNode needed = null;
        for (JsonNode dependency : dependencies) {
            if (dependency.path("ref").asText().equals(root)) {
                needed = (ArrayNode) dependency.get("dependsOn");
            }
        }
        if (needed == null) {
            throw new IllegalStateException(file + " does not have the dependencies of " + root);
        }
        for (Component component : components) {
            ObjectNode node = ((ArrayNode) bom.get("components")).addObject();
            node.put("type", "library").put("bom-ref", component.purl());
            component.supplier().ifPresent(name -> node.putObject("supplier").put("name", name));
            node.put("name", component.name()).put("version", component.version());
            node.put("description", component.description()).put("scope", "required");
            node.putArray("licenses").addObject().put("expression", component.licence());
            component.cpe().ifPresent(cpe -> node.put("cpe", cpe));
            node.put("purl", component.purl());
            node.putArray("externalReferences").addObject().put("type", "website").put("url", component.website());
            needed.add(component.purl());
            dependencies.addObject().put("ref", component.purl()).putArray("dependsOn");
        }
        DefaultPrettyPrinter printer = new DefaultPrettyPrinter();
        printer.indentArraysWith(DefaultIndenter.SYSTEM_LINEFEED_INSTANCE);
        mapper.writer(printer).writeValue(file.toFile(), bom);
    }

    private static void addToXml(Path file, List<Component> components) throws IOException {
        String bom = Files.readString(file);
        StringBuilder described = new StringBuilder();
        StringBuilder needed = new StringBuilder();
        for (Component component : components) {
            String purl = escaped(component.purl());
            // In the order that the schema requires.
            described.append("""
                        <component type="library" bom-ref="%s">
                    """.formatted(purl));
            component.supplier().ifPresent(name -> described.append("""
                          <supplier>
                            <name>%s</name>
                          </supplier>
                    """.formatted(escaped(name))));
            described.append("""
                          <name>%s</name>
                          <version>%s</version>
                          <description>%s</description>
                          <scope>required</scope>
                          <licenses>
                            <expression>%s</expression>
                          </licenses>
                    """.formatted(
                            escaped(component.name()),
                            escaped(component.version()),
                            escaped(component.description()),
                            component.licence()));
            component.cpe().ifPresent(cpe -> described.append("      <cpe>" + escaped(cpe) + "</cpe>\n"));
            described.append("""
                          <purl>%s</purl>
                          <externalReferences>
                            <reference type="website">
                              <url>%s</url>
                            </reference>
                          </externalReferences>
                        </component>
                    """.formatted(purl, escaped(component.website())));
            needed.append("      <dependency ref=\"" + purl + "\"/>\n");
        }
        Matcher root = Pattern.compile("<component [^>]*bom-ref=\"([^\"]+)\"").matcher(bom);
        if (!root.find()) {
            throw new IllegalStateException(file + " has no component of its own");
        }
        // The last closing line of the components, of the executable's dependencies, and of all dependencies.
        bom = insert(bom, bom.lastIndexOf("  </components>"), described);
        int dependencies = bom.indexOf("<dependencies>");
        int own = bom.indexOf("<dependency ref=\"" + root.group(1) + "\">\n", dependencies);
        bom = insert(bom, own < 0 ? own : bom.indexOf("    </dependency>", own), needed);
        bom = insert(bom, bom.lastIndexOf("  </dependencies>"), needed.toString().replace("      <", "    <"));
        Files.writeString(file, bom);
    }

    private static String insert(String text, int at, CharSequence added) {
        if (at < 0) {
            throw new IllegalStateException("bom.xml is not written as CycloneDX's plugin 2.9 writes it");
        }
        return text.substring(0, at) + added + text.substring(at);
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
    }

    private static void addToLicences(Path file, List<Component> components) throws IOException {
        List<String> lines = new ArrayList<>(Files.readAllLines(file));
        int marker = lines.indexOf(MARKER);
        if (marker >= 0) {
            lines.subList(marker - 1, lines.size()).clear();
        }
        lines.add("");
        lines.add(MARKER);
        for (Component component : components) {
            lines.add("     (" + component.licence() + ") " + component.name() + " (" + component.version() + " - "
                    + component.website() + ")");
        }
        Files.write(file, lines);
    }
}
