package dev.cancelupload.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A bad value is refused at init in one readable line, and shown only where it cannot be a secret. */
class ConfigurationIT {

    @AutoClose
    private final OpenAiStandIn openai = new OpenAiStandIn();

    @AutoClose
    private final Function function = new Function(openai);

    /** The message of the init error, which is also the only line of the log; the process ends. */
    private String refusal() throws Exception {
        JsonNode error = function.initError().json();
        assertEquals("ConfigurationError", error.get("errorType").textValue());
        String message = error.get("errorMessage").textValue();
        assertEquals(1, function.exitStatus());
        assertEquals(1, function.logText().lines().count(), function.logText());
        assertTrue(function.logText().contains(message) || function.logText().contains("ConfigurationError"));
        assertTrue(message.lines().count() == 1 && message.length() < 1000, message);
        assertEquals(0, openai.requests().size());
        return message;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "OPENAI_BASE_URL|http://api.openai.com|https",
                "OPENAI_BASE_URL|api.openai.com|https",
                "OPENAI_BASE_URL|https://u:p@api.openai.com/v1|https",
                "OPENAI_TIMEOUT|0|\"0\"",
                "OPENAI_TIMEOUT|-1s|\"-1s\"",
                "OPENAI_MAX_RETRIES|many|\"many\"",
                "OPENAI_MAX_RETRIES|-1|\"-1\"",
                "CANCEL_BUDGET|soon|\"soon\"",
                "CLEAN_UP_CONCURRENCY|0|\"0\"",
                "CLEAN_UP_CONCURRENCY|8.5|\"8.5\"",
                "SSL_CERT_FILE|/nowhere.pem|/nowhere.pem",
                "SSL_CERT_FILE|/etc/hostname|/etc/hostname",
                "HTTPS_PROXY|socks5://proxy.example:1080|http",
                "OPENAI_MTLS_CLIENT_CERT_FILE|/etc/hostname|OPENAI_MTLS_CLIENT_KEY_FILE",
                "OPENAI_MTLS_CLIENT_KEY_FILE|/nowhere.pem|OPENAI_MTLS_CLIENT_KEY_FILE"
            })
    void aWrongVariableIsNamedWithWhatWouldBeRight(String variable, String value, String words) throws Exception {
        function.with(variable, value);
        String message = refusal();
        assertTrue(message.contains(variable) && message.contains(words), message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"OPENAI_API_KEY\":\"sk-0123456789abcdefghij\"}",
                "{{resolve:secretsmanager:openai:SecretString:k3y-of-openai}}",
                "${OPENAI_API_KEY_OF_PRODUCTION}",
                "arn:aws:secretsmanager:eu-central-1:123456789012:secret:openai-a1b2C3",
                "<your-api-key-of-openai>",
                "\"sk-0123456789abcdefghij\"",
                "'sk-0123456789abcdefghij",
                "sk-0123456789abcdefghij klmnopqrstuvw",
                "sk-0123456789\u00e4bcdefghijklmno"
            })
    void aValueThatCannotBeAKeyIsRefusedAndNotShown(String value) throws Exception {
        function.with("OPENAI_API_KEY", value).secret(value);
        assertTrue(refusal().contains("OPENAI_API_KEY"));
    }

    @Test
    void withoutCredentialsTheThreeWaysAreNamed() throws Exception {
        function.with("OPENAI_API_KEY", "");
        String message = refusal();
        assertTrue(
                message.contains("OPENAI_API_KEY")
                        && message.contains("OPENAI_API_KEY_SECRET")
                        && message.contains("OPENAI_IDENTITY_PROVIDER_ID"),
                message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"OPENAI_API_KEY_SECRET", "OPENAI_IDENTITY_PROVIDER_ID"})
    void moreThanOneKindOfCredentialsIsRefused(String other) throws Exception {
        function.with(other, "openai").with("OPENAI_SERVICE_ACCOUNT_ID", other.contains("SECRET") ? null : "sa_1");
        String message = refusal();
        assertTrue(message.contains("OPENAI_API_KEY") && message.contains(other), message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"OPENAI_IDENTITY_PROVIDER_ID", "OPENAI_SERVICE_ACCOUNT_ID"})
    void workloadIdentityNeedsBothOfItsIds(String only) throws Exception {
        function.with("OPENAI_API_KEY", null).with(only, "id_1");
        String message = refusal();
        assertTrue(
                message.contains("OPENAI_IDENTITY_PROVIDER_ID") && message.contains("OPENAI_SERVICE_ACCOUNT_ID"),
                message);
    }

    @Test
    void aKeyInAnotherVariableIsNotShown() throws Exception {
        String key = "sk-pasted-1nto-th3-wr0ng-variable-0123";
        function.with("OPENAI_MAX_RETRIES", key)
                .with("OPENAI_ORG_ID", key + "\u0001")
                .secret(key);
        refusal();
    }

    @Test
    void emptyVariablesAreUnsetOnes() throws Exception {
        String variables = "OPENAI_API_KEY_SECRET OPENAI_IDENTITY_PROVIDER_ID OPENAI_SERVICE_ACCOUNT_ID OPENAI_ORG_ID"
                + " OPENAI_TIMEOUT CANCEL_BUDGET CLEAN_UP_CONCURRENCY SSL_CERT_FILE OPENAI_MTLS_CLIENT_CERT_FILE"
                + " HTTPS_PROXY QUARKUS_FUNQY_EXPORT";
        for (String variable : variables.split(" ")) {
            function.with(variable, variable.length() % 2 == 0 ? "" : " \n");
        }
        Trigger.ONE.assertCancelled("upload_1", function.invoke(Events.one("upload_1")));
        assertFalse(openai.requests().get(0).headers().containsKey("openai-organization"));
    }
}
