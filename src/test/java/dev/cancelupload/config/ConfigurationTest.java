package dev.cancelupload.config;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigurationTest {

    private static final String KEY = "sk-proj-abcDEF123_456-789";

    private final Map<String, String> environment = new HashMap<>(Map.of("OPENAI_API_KEY", KEY));

    private Configuration read() {
        return Configuration.of(environment::get);
    }

    private String problem() {
        String message = assertThrows(ConfigurationError.class, this::read).getMessage();
        assertThat(message, not(containsString(KEY)));
        assertEquals(1, message.lines().count());
        return message;
    }

    @Test
    void aKeyIsAllThatIsNeeded() {
        Configuration configuration = read();
        assertEquals(URI.create("https://api.openai.com/v1"), configuration.baseUrl());
        assertEquals(2, configuration.maxRetries());
        assertEquals(Duration.ofSeconds(10), configuration.timeout());
        assertEquals(Duration.ofSeconds(25), configuration.budget());
        assertEquals(8, configuration.cleanUpConcurrency());
        assertEquals(Optional.empty(), configuration.organization());
        assertEquals(Optional.empty(), configuration.project());
        assertEquals(Optional.empty(), configuration.trustAnchors());
    }

    @Test
    void theKeyCannotBePrinted() {
        assertThat(read().toString(), allOf(not(containsString(KEY)), containsString("***")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\t\n"})
    void aMissingOrBlankKeyIsRefusedByName(String key) {
        environment.put("OPENAI_API_KEY", key);
        assertThat(problem(), allOf(containsString("OPENAI_API_KEY is not set"), containsString("set it to")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"sk-1\n", "sk 1", "\"sk-1\" ", "sk-ä", "sk-\u0000", "sk-1\r\nX-Injected: 1"})
    void aKeyThatIsNoHeaderValueIsRefusedWithoutShowingIt(String key) {
        environment.put("OPENAI_API_KEY", key);
        String message = assertThrows(ConfigurationError.class, this::read).getMessage();
        assertThat(message, allOf(containsString("OPENAI_API_KEY"), not(containsString(key.strip()))));
    }

    @ParameterizedTest
    @CsvSource({
        "https://api.openai.com/v1/,https://api.openai.com/v1",
        "https://eu.api.openai.com/v1,https://eu.api.openai.com/v1",
        "HTTPS://gateway.example:8443/a/b///,HTTPS://gateway.example:8443/a/b",
        "https://gateway.example,https://gateway.example",
        "http://localhost:8080/v1,http://localhost:8080/v1",
        "http://127.0.0.1:1/v1,http://127.0.0.1:1/v1",
        "http://127.255.255.254/v1,http://127.255.255.254/v1",
        "http://[::1]:8080/v1,http://[::1]:8080/v1"
    })
    void aBaseUrlIsHttpsOrHttpToThisMachine(String value, String url) {
        environment.put("OPENAI_BASE_URL", value);
        assertEquals(URI.create(url), read().baseUrl());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://api.openai.com/v1",
                "http://localhost.evil.example/v1",
                "http://127.0.0.1.evil.example/",
                "http://127.1/v1",
                "http://128.0.0.1/",
                "http://10.0.0.1/",
                "http://0.0.0.0/",
                "http://[::2]/",
                "http://127.0.0.256/",
                "ftp://localhost/",
                "file:///etc/passwd",
                "api.openai.com/v1",
                "//api.openai.com",
                "https://",
                "https:///v1",
                "https://a b/",
                "nonsense",
                "https://api.openai.com/v1?x=1",
                "https://api.openai.com/v1#x",
                "https://api.openai.com:99999/v1",
                "https://host\r\nX-Injected: 1/",
                "http://localhost@evil.example/"
            })
    void anyOtherBaseUrlIsRefusedByNameAndValue(String value) {
        environment.put("OPENAI_BASE_URL", value);
        assertThat(
                problem(), allOf(containsString("OPENAI_BASE_URL is \""), containsString("https://api.openai.com/v1")));
    }

    @Test
    void aPasswordInTheBaseUrlIsNotShown() {
        environment.put("OPENAI_BASE_URL", "https://user:pass-word@gateway.example/");
        assertThat(problem(), not(containsString("pass-word")));
    }

    @Test
    void aKeyThatWasPastedIntoAnotherVariableIsNotShown() {
        environment.put("OPENAI_BASE_URL", KEY);
        environment.put("OPENAI_TIMEOUT", KEY);
        problem();
    }

    @ParameterizedTest
    @CsvSource({
        "10s,PT10S",
        "500ms,PT0.5S",
        "PT10S,PT10S",
        "pt1m,PT1M",
        "10,PT10S",
        "2m,PT2M",
        " 3s ,PT3S",
        "PT0.25S,PT0.25S",
        "900,PT15M"
    })
    void durationsAreWrittenInAnyUsualWay(String value, Duration duration) {
        environment.put("OPENAI_TIMEOUT", value);
        environment.put("CANCEL_BUDGET", value);
        assertEquals(duration, read().timeout());
        assertEquals(duration, read().budget());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0",
                "0s",
                "-1s",
                "PT-1S",
                "s",
                "ten",
                "10 s",
                "1h",
                "10.5",
                "901",
                "PT16M",
                "99999999999999999999",
                "9223372036854775807m",
                "PT",
                "P1Y",
                "\uff11\uff10s",
                "\u0668"
            })
    void anyOtherDurationIsRefusedByNameAndValue(String value) {
        environment.put("CANCEL_BUDGET", value);
        assertThat(problem(), allOf(containsString("CANCEL_BUDGET is \"" + value + "\""), containsString("500ms")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "11", "two", "1.5", "1e1", "99999999999", "\uff12"})
    void anyOtherNumberOfRetriesIsRefusedByNameAndValue(String value) {
        environment.put("OPENAI_MAX_RETRIES", value);
        assertThat(
                problem(),
                allOf(containsString("OPENAI_MAX_RETRIES is \"" + value + "\""), containsString("from 0 to 10")));
    }

    @Test
    void zeroRetriesSwitchThemOff() {
        environment.put("OPENAI_MAX_RETRIES", "0");
        assertEquals(0, read().maxRetries());
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "101", "many"})
    void anyOtherConcurrencyIsRefusedByNameAndValue(String value) {
        environment.put("CLEAN_UP_CONCURRENCY", value);
        assertThat(
                problem(),
                allOf(containsString("CLEAN_UP_CONCURRENCY is \"" + value + "\""), containsString("from 1 to 100")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"OPENAI_ORG_ID", "OPENAI_PROJECT_ID"})
    void anIdThatIsNoHeaderValueIsRefused(String variable) {
        environment.put(variable, "org-1\r\nX-Injected: 1");
        assertThat(problem(), containsString(variable + " is \"org-1??X-Injected: 1\""));
    }

    @Test
    void blankOptionalVariablesAreAsGoodAsUnset() {
        environment.put("OPENAI_ORG_ID", "");
        environment.put("OPENAI_TIMEOUT", " ");
        environment.put("SSL_CERT_FILE", "");
        assertEquals(Optional.empty(), read().organization());
        assertEquals(Duration.ofSeconds(10), read().timeout());
        assertEquals(Optional.empty(), read().trustAnchors());
    }

    @Test
    void aFileOfTrustAnchorsHasToExist(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("ca.pem");
        environment.put("SSL_CERT_FILE", file.toString());
        assertThat(problem(), containsString("SSL_CERT_FILE is \"" + file));
        Files.writeString(file, "x");
        assertEquals(Optional.of(file), read().trustAnchors());
    }

    @ParameterizedTest
    @ValueSource(strings = {"cancelupload", "hello", ""})
    void anExportThatDoesNotExistIsRefusedWithTheNamesOfThoseThatDo(String value) {
        environment.put("QUARKUS_FUNQY_EXPORT", value);
        assertThat(
                problem(),
                allOf(
                        containsString("QUARKUS_FUNQY_EXPORT is \"" + value + "\""),
                        containsString("cancelUpload, cancelUploadHttp or cleanUpUploads")));
    }

    @Test
    void allProblemsAreInOneLine() {
        environment.put("OPENAI_MAX_RETRIES", "x");
        environment.put("CANCEL_BUDGET", "y");
        assertThat(problem(), allOf(containsString("OPENAI_MAX_RETRIES"), containsString("CANCEL_BUDGET")));
    }

    @Test
    void aProxyIsUsedInEitherCaseOfItsVariable() {
        environment.put("https_proxy", "http://proxy.example:3128");
        assertEquals("proxy.example:3128", read().proxy().orElseThrow().toString());
        environment.put("HTTPS_PROXY", "http://other.example:3128");
        assertEquals("other.example:3128", read().proxy().orElseThrow().toString());
    }

    @Test
    void noProxyLeavesItOut() {
        environment.put("HTTPS_PROXY", "http://proxy.example:3128");
        environment.put("no_proxy", "openai.com");
        assertEquals(Optional.empty(), read().proxy());
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://localhost:8080/v1", "https://127.0.0.1:8443/v1", "https://[::1]/v1"})
    void thisMachineIsReachedWithoutAProxy(String baseUrl) {
        environment.put("HTTPS_PROXY", "http://proxy.example:3128");
        environment.put("OPENAI_BASE_URL", baseUrl);
        assertEquals(Optional.empty(), read().proxy());
    }

    @Test
    void aProxyThatCannotBeUsedIsRefused() {
        environment.put("HTTPS_PROXY", "socks5://proxy.example:1080");
        assertThat(
                problem(),
                containsString("HTTPS_PROXY is \"socks5://proxy.example:1080\": it has to be an http proxy"));
    }

    @Test
    void theCredentialsOfAProxyAreNotShown() {
        environment.put("HTTPS_PROXY", "socks5://user:secret@proxy.example:1080");
        assertThat(problem(), allOf(containsString("HTTPS_PROXY"), not(containsString("secret"))));
        environment.put("HTTPS_PROXY", "http://user:secret@proxy.example:1080");
        assertThat(read().proxy().orElseThrow().toString(), not(containsString("c2VjcmV0")));
    }

    @Test
    void aClientCertificateNeedsItsKey(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("client.pem"), "");
        environment.put("OPENAI_MTLS_CLIENT_CERT_FILE", file.toString());
        assertThat(
                problem(),
                containsString("OPENAI_MTLS_CLIENT_KEY_FILE is not set, and OPENAI_MTLS_CLIENT_CERT_FILE is"));
        environment.put("OPENAI_MTLS_CLIENT_KEY_FILE", file.toString());
        assertEquals(Optional.of(new ClientCertificate(file, file)), read().clientCertificate());
        environment.remove("OPENAI_MTLS_CLIENT_CERT_FILE");
        assertThat(problem(), containsString("OPENAI_MTLS_CLIENT_CERT_FILE is not set"));
    }

    @ParameterizedTest
    @CsvSource({"true,true", "false,false", "FALSE,false"})
    void connectingAtInitCanBeSwitchedOff(String value, boolean connect) {
        assertTrue(read().connectAtInit());
        environment.put("CONNECT_AT_INIT", value);
        assertEquals(connect, read().connectAtInit());
    }

    @Test
    void connectingAtInitIsTrueOrFalse() {
        environment.put("CONNECT_AT_INIT", "perhaps");
        assertThat(problem(), containsString("CONNECT_AT_INIT is \"perhaps\": it has to be true or false."));
    }
}
