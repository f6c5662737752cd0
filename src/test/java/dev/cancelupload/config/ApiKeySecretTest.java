package dev.cancelupload.config;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The variables that locate the secret with the API key. */
class ApiKeySecretTest {

    private static final String ARN =
            "arn:aws:secretsmanager:us-west-2:123456789012:secret:teams/openai-api-key-a1b2C3";
    private static final String SECRET_ACCESS_KEY = "Secr3tAcc3ssK3y0fTh3R0l3";
    private static final String SESSION_TOKEN = "S3ss10nT0k3n0fTh3R0l3";

    private final Map<String, String> environment = new HashMap<>(Map.of(
            "OPENAI_API_KEY_SECRET", "openai-api-key",
            "AWS_REGION", "eu-central-1",
            "AWS_ACCESS_KEY_ID", "ASIAEXAMPLE",
            "AWS_SECRET_ACCESS_KEY", SECRET_ACCESS_KEY,
            "AWS_SESSION_TOKEN", SESSION_TOKEN));

    private ApiKeySecret read() {
        return (ApiKeySecret) Configuration.of(environment::get).apiKey();
    }

    private String problem() {
        String message = assertThrows(ConfigurationError.class, this::read).getMessage();
        assertEquals(1, message.lines().count());
        assertThat(message, allOf(not(containsString(SECRET_ACCESS_KEY)), not(containsString(SESSION_TOKEN))));
        return message;
    }

    @Test
    void aNameAndWhatLambdaSetsAreEnough() {
        ApiKeySecret secret = read();
        assertEquals("openai-api-key", secret.id());
        assertEquals(URI.create("https://secretsmanager.eu-central-1.amazonaws.com"), secret.endpoint());
        assertEquals("eu-central-1", secret.region());
        assertEquals(Duration.ofMinutes(5), secret.timeToLive());
        assertEquals(Optional.empty(), secret.field());
        assertEquals(Optional.empty(), secret.proxy());
        assertEquals(Optional.of(SESSION_TOKEN), secret.credentials().sessionToken());
    }

    @Test
    void theCredentialsCannotBePrinted() {
        String text = Configuration.of(environment::get).toString();
        assertThat(
                text,
                allOf(
                        containsString("openai-api-key"),
                        not(containsString(SECRET_ACCESS_KEY)),
                        not(containsString(SESSION_TOKEN))));
    }

    @Test
    void withTheKeyInTheEnvironmentOneMoreVariableIsLookedUpAndNoneOfAws() {
        List<String> asked = new ArrayList<>();
        Configuration configuration = Configuration.of(name -> {
            asked.add(name);
            return name.equals("OPENAI_API_KEY") ? "sk-none-needed" : null;
        });
        assertInstanceOf(ApiKey.class, configuration.apiKey());
        assertEquals(
                List.of("OPENAI_API_KEY_SECRET"),
                asked.stream()
                        .filter(name -> name.startsWith("AWS_") || name.startsWith("OPENAI_API_KEY_"))
                        .toList());
    }

    @Test
    void aKeyAndASecretAreOneTooMany() {
        environment.put("OPENAI_API_KEY", "sk-none-needed-0123456789");
        assertThat(problem(), containsString("OPENAI_API_KEY and OPENAI_API_KEY_SECRET are both set"));
    }

    @Test
    void neitherAKeyNorASecretIsOneTooFew() {
        environment.remove("OPENAI_API_KEY_SECRET");
        assertThat(
                problem(),
                allOf(containsString("OPENAI_API_KEY is not set"), containsString("or set OPENAI_API_KEY_SECRET")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"openai-api-key", "teams/media/openai_key+1=.@x", "rds!cluster"})
    void aNameIsTakenAsItIs(String name) {
        environment.put("OPENAI_API_KEY_SECRET", name);
        assertEquals(name, read().id());
    }

    @Test
    void anArnNamesTheRegionOfItsSecretAndIsShownWithoutTheAccount() {
        environment.put("OPENAI_API_KEY_SECRET", ARN);
        ApiKeySecret secret = read();
        assertEquals(ARN, secret.id());
        assertEquals("us-west-2", secret.region());
        assertEquals(URI.create("https://secretsmanager.us-west-2.amazonaws.com"), secret.endpoint());
        assertEquals("teams/openai-api-key", secret.shownName());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "two words",
                "line\nbreak",
                "arn:aws:ssm:eu-central-1:123456789012:parameter/key",
                "arn:aws:secretsmanager:eu-central-1:1234:secret:key",
                "arn:aws:secretsmanager:evil.example/:123456789012:secret:key",
                "{\"a\":1}"
            })
    void whatCannotNameASecretIsRefused(String id) {
        environment.put("OPENAI_API_KEY_SECRET", id);
        assertThat(
                problem(), allOf(containsString("OPENAI_API_KEY_SECRET is \""), containsString("the name or the ARN")));
    }

    @Test
    void aKeyInPlaceOfTheSecretsNameIsRefusedWithoutShowingIt() {
        environment.put("OPENAI_API_KEY_SECRET", "sk-proj-abcDEF123_456-789");
        assertThat(problem(), allOf(containsString("is an API key"), not(containsString("abcDEF"))));
    }

    @ParameterizedTest
    @CsvSource({
        "cn-north-1,https://secretsmanager.cn-north-1.amazonaws.com.cn",
        "us-gov-west-1,https://secretsmanager.us-gov-west-1.amazonaws.com",
        "eusc-de-east-1,https://secretsmanager.eusc-de-east-1.amazonaws.eu"
    })
    void theEndpointIsThatOfTheRegionsPartition(String region, URI endpoint) {
        environment.put("AWS_REGION", region);
        assertEquals(endpoint, read().endpoint());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "evil.example/", "eu-central-1.evil.example", "EU", "eu central"})
    void aRegionThatIsNoneIsRefused(String region) {
        environment.put("AWS_REGION", region);
        assertThat(problem(), containsString("AWS_REGION"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"})
    void missingCredentialsAreNamed(String variable) {
        environment.remove(variable);
        assertThat(problem(), containsString(variable));
    }

    @Test
    void aSessionTokenThatIsNoHeaderValueIsRefusedWithoutShowingIt() {
        environment.put("AWS_SESSION_TOKEN", SESSION_TOKEN + "\r\nx-injected: 1");
        assertThat(problem(), containsString("AWS_SESSION_TOKEN cannot be sent as a header"));
    }

    @Test
    void theServicesOwnEndpointComesBeforeThatOfAllServices() {
        environment.put("AWS_ENDPOINT_URL", "http://localhost:4566/");
        assertEquals(URI.create("http://localhost:4566"), read().endpoint());
        environment.put(
                "AWS_ENDPOINT_URL_SECRETS_MANAGER", "https://vpce-1.secretsmanager.eu-central-1.vpce.amazonaws.com");
        assertEquals(URI.create("https://vpce-1.secretsmanager.eu-central-1.vpce.amazonaws.com"), read().endpoint());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://secretsmanager.example",
                "https://user:pass@aws.example",
                "https://aws.example/path",
                "https://aws.example?query",
                "aws.example",
                "ftp://localhost"
            })
    void anEndpointIsHttpsOrHttpToThisMachine(String url) {
        environment.put("AWS_ENDPOINT_URL_SECRETS_MANAGER", url);
        assertThat(
                problem(),
                allOf(containsString("AWS_ENDPOINT_URL_SECRETS_MANAGER is \""), not(containsString("pass@"))));
    }

    @Test
    void theTimeToLiveIsADuration() {
        environment.put("OPENAI_API_KEY_TTL", "90s");
        assertEquals(Duration.ofSeconds(90), read().timeToLive());
        environment.put("OPENAI_API_KEY_TTL", "never");
        assertThat(problem(), containsString("OPENAI_API_KEY_TTL is \"never\""));
    }

    @Test
    void awsHasAProxyUnlessItsHostIsToBeReachedWithout() {
        environment.put("HTTPS_PROXY", "http://proxy.example:3128");
        assertEquals("proxy.example:3128", read().proxy().orElseThrow().toString());
        environment.put("NO_PROXY", "amazonaws.com");
        assertEquals(Optional.empty(), read().proxy());
        assertTrue(Configuration.of(environment::get).proxy().isPresent());
    }

    @Test
    void aWrongProxyIsToldOnce() {
        environment.put("HTTPS_PROXY", "ftp://proxy.example");
        assertEquals(2, problem().split("HTTPS_PROXY is ").length);
    }
}
