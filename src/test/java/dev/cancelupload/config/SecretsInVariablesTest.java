package dev.cancelupload.config;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A secret in the wrong variable must not appear in the error message about that variable. */
class SecretsInVariablesTest {

    private static final String KEY = "sk-proj-abcDEF123_456-789ghiJKL";

    private static String problem(String variable, String value) {
        Map<String, String> environment = new HashMap<>(Map.of("OPENAI_API_KEY", KEY));
        environment.put(variable, value);
        String message = assertThrows(ConfigurationError.class, () -> Configuration.of(environment::get))
                .getMessage();
        assertEquals(1, message.lines().count());
        assertThat(message, containsString(variable + " is \""));
        return message;
    }

    static List<String> variables() {
        return List.of(
                "OPENAI_BASE_URL",
                "OPENAI_ORG_ID",
                "OPENAI_PROJECT_ID",
                "OPENAI_MAX_RETRIES",
                "OPENAI_TIMEOUT",
                "CANCEL_BUDGET",
                "CLEAN_UP_CONCURRENCY",
                "CONNECT_AT_INIT",
                "SSL_CERT_FILE",
                "QUARKUS_FUNQY_EXPORT");
    }

    @ParameterizedTest
    @MethodSource("variables")
    void theKeyIsShownFromNoVariable(String variable) {
        assertThat(problem(variable, KEY), not(containsString("abcDEF123")));
    }

    @ParameterizedTest
    @MethodSource("variables")
    void anotherKeyOfOpenAIsIsShownFromNoVariable(String variable) {
        assertThat(problem(variable, "sk-svcacct-0123456789abcdefghij"), not(containsString("0123456789abc")));
    }

    /** A password, or a secret access key, which has no form of its own. */
    @ParameterizedTest
    @MethodSource("variables")
    void aRunOfLettersOfBothCasesAndDigitsIsShownFromNoVariable(String variable) {
        assertThat(problem(variable, "Xy7Kq29LmPz4 !"), not(containsString("Kq29LmPz")));
    }

    @ParameterizedTest
    @MethodSource("variables")
    void thePemTextOfAPrivateKeyIsShownFromNoVariable(String variable) {
        byte[] der = new byte[121];
        new Random(7).nextBytes(der);
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        String pem = "-----BEGIN PRIVATE KEY-----\n" + base64 + "\n-----END PRIVATE KEY-----\n";
        for (String value : List.of(pem, pem.replace("\n", " "), pem.replace("\n", "\\n"), base64, "MIG" + base64)) {
            String message = problem(variable, value);
            for (int at = 0; at + 12 <= base64.length(); at++) {
                assertThat(message, not(containsString(base64.substring(at, at + 12))));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "OPENAI_BASE_URL,https://gateway.example/v1?api_key=hunter2secret",
        "OPENAI_BASE_URL,https://gateway.example/v1#hunter2secret",
        "OPENAI_BASE_URL,https://user:hunter2secret@gateway.example/v1",
        "OPENAI_BASE_URL,https://user:hunter2secret%40gateway.example/v1",
        "OPENAI_BASE_URL,https://user:hunter2secret:gateway.example/v1",
        "OPENAI_BASE_URL,user:hunter2secret:gateway.example",
        "OPENAI_BASE_URL,http:/user:hunter2secret/gateway.example",
        "HTTPS_PROXY,http://user:hunter2secret:proxy.example:8080",
        "HTTPS_PROXY,http://user:hunter2secret%40proxy.example:8080",
        "HTTPS_PROXY,https://user:hunter2secret@proxy.example:8080",
        "HTTPS_PROXY,user:hunter2secret:proxy.example",
        "HTTPS_PROXY,socks5://proxy.example:1080?password=hunter2secret",
        "HTTPS_PROXY,http://hunter2secret:proxy.example",
        "HTTPS_PROXY,http//user:hunter2secret@proxy"
    })
    void noPasswordOfAUrlIsShownHoweverItIsMisspelt(String variable, String value) {
        assertThat(problem(variable, value), not(containsString("hunter2secret")));
    }

    @ParameterizedTest
    @CsvSource({
        "OPENAI_BASE_URL,http://gateway.example:8080/v1",
        "OPENAI_BASE_URL,gateway.example/v1",
        "OPENAI_MAX_RETRIES,many",
        "OPENAI_TIMEOUT,10 s",
        "SSL_CERT_FILE,/var/task/certs/internal-authority-2024.pem",
        "HTTPS_PROXY,socks5://proxy.example:1080",
        "QUARKUS_FUNQY_EXPORT,cancelUploads"
    })
    void aPlainMistakeIsShownSoThatItCanBeSeen(String variable, String value) {
        assertThat(problem(variable, value), containsString("\"" + value + "\""));
    }

    @Test
    void aKeyInTheFormOfAnOrganisationsIdIsRefusedAndNotSent() {
        assertThat(
                problem("OPENAI_ORG_ID", "sk-svcacct-0123456789abcdefghij"),
                allOf(containsString("that is an API key"), containsString("OPENAI_API_KEY")));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {"\"sk-proj-1234567890abcdef\"", "'sk-proj-1234567890abcdef'"})
    void aKeyInQuotationMarksIsRefusedWithoutBeingShown(String key) {
        String message = assertThrows(
                        ConfigurationError.class, () -> Configuration.of(Map.of("OPENAI_API_KEY", key)::get))
                .getMessage();
        assertThat(message, allOf(containsString("quotation mark"), not(containsString("1234567890"))));
    }
}
