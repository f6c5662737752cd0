import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Adds what native-image links into the executable, and Maven does not know, to bom.json and THIRD-PARTY.txt: the JDK
 * and GraalVM's runtime, in the versions that the executable names, and the Rust crates, whose licences are checked
 * here. pom.xml runs this file after CycloneDX.
 *
 * @see <a href="https://cyclonedx.org/docs/1.6/json/">CycloneDX 1.6</a>
 */
class AddRuntimeToBom {
    private static final String OPENJDK_LICENCE = "GPL-2.0-only WITH Classpath-exception-2.0";
    private static final String ORACLE_LICENCE = "LicenseRef-GraalVM-Free-Terms-and-Conditions";
    /** A crate needs one of these, or all of a combination. */
    private static final Set<String> CRATE_LICENCES =
            Set.of("Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CDLA-Permissive-2.0", "ISC", "MIT", "MIT-0");

    /** One component of a bill of materials; {@code cpe} is null where there is none. */
    record Component(String name, String version, String licence, String purl, String cpe, String website) {}

    /**
     * @param args the executable, the folder with the two files, and the list of crates or {@code none}
     * @throws IllegalStateException if the executable does not name its JDK and GraalVM, or a crate has another licence
     *     than those that are allowed
     */
    public static void main(String[] args) throws IOException {
        String executable = Files.readString(Path.of(args[0]), StandardCharsets.ISO_8859_1);
        Path folder = Path.of(args[1]);
        List<Component> components = new ArrayList<>(runtime(executable));
        if (!args[2].equals("none")) {
            for (String line : Files.readAllLines(Path.of(args[2]))) {
                components.add(crate(line.split("\\|", -1)));
            }
        }
        addToBom(folder.resolve("bom.json"), components);
        List<String> lines = new ArrayList<>(List.of("", "What native-image adds:"));
        for (Component component : components) {
            lines.add("     (%s) %s (%s - %s)"
                    .formatted(component.licence(), component.name(), component.version(), component.website()));
        }
        Files.write(folder.resolve("THIRD-PARTY.txt"), lines, StandardOpenOption.APPEND);
    }

    /** The JDK and GraalVM's runtime. */
    private static List<Component> runtime(String executable) {
        String java = named(executable, "com.oracle.svm.core.VM.Java.Version");
        String vm = named(executable, "com.oracle.svm.core.VM");
        String product = vm.replaceAll("[ -]\\d.*", "");
        String version = vm.substring(product.length() + 1);
        boolean oracle = product.startsWith("Oracle");
        String jdk = oracle ? "jdk" : "openjdk";
        String licence = oracle ? ORACLE_LICENCE : OPENJDK_LICENCE;
        return List.of(
                new Component(
                        oracle ? "Oracle JDK" : "OpenJDK",
                        java,
                        licence,
                        "pkg:generic/" + jdk + "@" + java,
                        "cpe:2.3:a:oracle:" + jdk + ":" + java + ":*:*:*:*:*:*:*",
                        "https://openjdk.org/"),
                new Component(
                        product,
                        version,
                        licence,
                        // The jar in which GraalVM publishes its runtime.
                        "pkg:maven/org.graalvm.nativeimage/svm@" + version.replaceAll("[^0-9.].*", "") + "?type=jar",
                        oracle ? "cpe:2.3:a:oracle:graalvm_for_jdk:" + java + ":*:*:*:*:*:*:*" : null,
                        "https://www.graalvm.org/"));
    }

    /** The value of a C string {@code name=value} that native-image wrote into the executable. */
    private static String named(String executable, String name) {
        Matcher value = Pattern.compile("\0" + Pattern.quote(name) + "=([\\x20-\\x7e]+)\0")
                .matcher(executable);
        if (!value.find()) {
            throw new IllegalStateException("The executable does not say what its " + name + " is");
        }
        return value.group(1);
    }

    /** @param fields of what src/main/rust/build lists: name, version, licence, website */
    private static Component crate(String[] fields) {
        String name = fields[0];
        // Some crates still separate alternatives by a slash.
        String licence = fields[2].replace("/", " OR ");
        boolean allowed = Arrays.stream(licence.split(" OR "))
                .anyMatch(one -> Arrays.stream(one.split(" AND ")).allMatch(CRATE_LICENCES::contains));
        if (!allowed) {
            throw new IllegalStateException("The licence of the crate " + name + " is not allowed: " + licence);
        }
        // The standard library is in the list too, by a name with spaces.
        String purl = name.contains(" ") ? "pkg:generic/rust@" : "pkg:cargo/" + name + "@";
        return new Component(
                name, fields[1], licence, purl + URLEncoder.encode(fields[1], StandardCharsets.UTF_8), null, fields[3]);
    }

    private static void addToBom(Path file, List<Component> components) throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode bom = (ObjectNode) mapper.readTree(file.toFile());
        String root = bom.at("/metadata/component/bom-ref").textValue();
        ArrayNode dependencies = (ArrayNode) bom.get("dependencies");
        ArrayNode needed = null;
        for (var dependency : dependencies) {
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
            node.put("name", component.name())
                    .put("version", component.version())
                    .put("scope", "required");
            node.putArray("licenses").addObject().put("expression", component.licence());
            if (component.cpe() != null) {
                node.put("cpe", component.cpe());
            }
            node.put("purl", component.purl());
            if (!component.website().isEmpty()) {
                node.putArray("externalReferences")
                        .addObject()
                        .put("type", "website")
                        .put("url", component.website());
            }
            needed.add(component.purl());
            dependencies.addObject().put("ref", component.purl()).putArray("dependsOn");
        }
        mapper.writerWithDefaultPrettyPrinter().writeValue(file.toFile(), bom);
    }
}
