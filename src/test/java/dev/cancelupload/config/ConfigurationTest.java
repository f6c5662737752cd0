package dev.cancelupload.config;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigurationTest {

    private static final String KEY = "sk-proj-abcDEF123_456-789ghiJKL";

    private final Map<String, String> environment = new HashMap<>(Map.of("OPENAI_API_KEY", KEY));

    private Configuration read() {
        return Configuration.of(environment::get);
    }

    private String problem() {
        String message = assertThrows(ConfigurationError.class, this::read).getMessage();
        assertEquals(1, message.lines().count());
        assertThat(message, not(containsString("abcDEF123")));
        return message;
    }

    private CredentialsSource.WorkloadIdentity workloadIdentity() {
        environment.remove("OPENAI_API_KEY");
        environment.put("OPENAI_IDENTITY_PROVIDER_ID", "idp_0123456789abcdef");
        environment.put("OPENAI_SERVICE_ACCOUNT_ID", "sa_fedcba9876543210");
        inLambda();
        return (CredentialsSource.WorkloadIdentity) read().credentials();
    }

    private CredentialsSource.Secret secret(String id) {
        environment.remove("OPENAI_API_KEY");
        environment.put("OPENAI_API_KEY_SECRET", id);
        inLambda();
        return (CredentialsSource.Secret) read().credentials();
    }

    private void inLambda() {
        environment.putIfAbsent("AWS_REGION", "eu-central-1");
        environment.put("AWS_ACCESS_KEY_ID", "ASIAEXAMPLE012345678");
        environment.put("AWS_SECRET_ACCESS_KEY", "Secr3t/Acc3ss+K3y");
        environment.put("AWS_SESSION_TOKEN", "S3ss10n/T0k3n");
    }

    @Test
    void aKeyIsAllThatIsNeeded() {
        assertEquals(
                new Configuration(
                        new CredentialsSource.Key(KEY),
                        URI.create("https://api.openai.com/v1"),
                        Optional.empty(),
                        Optional.empty(),
                        2,
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(25),
                        8,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        List.of()),
                read());
    }

    @ParameterizedTest
    @EnumSource(
            value = Variable.class,
            names = {"OPENAI_API_KEY", "AWS_.*"},
            mode = EnumSource.Mode.MATCH_NONE)
    void anEmptyVariableIsAnUnsetOne(Variable variable) {
        Configuration without = read();
        environment.put(variable.name(), " \n");
        assertEquals(without, read());
    }

    @ParameterizedTest
    @CsvSource({
        "OPENAI_API_KEY," + KEY,
        "OPENAI_BASE_URL,https://gateway.example/v1",
        "OPENAI_MAX_RETRIES,5",
        "HTTPS_PROXY,http://proxy.example:3128"
    })
    void whiteSpaceAndLineBreaksAroundAValueAreStripped(String variable, String value) {
        environment.put(variable, value);
        Configuration expected = read();
        environment.put(variable, " \t" + value + "\r\n");
        assertEquals(expected, read());
    }

    @Test
    void allProblemsAreInOneLine() {
        environment.put("OPENAI_MAX_RETRIES", "many");
        environment.put("CANCEL_BUDGET", "10\n\ns");
        assertThat(
                problem(),
                allOf(
                        containsString("OPENAI_MAX_RETRIES is \"many\": it has to be a whole number from 0 to 10."),
                        containsString("CANCEL_BUDGET is \"10 s\": it has to be a duration")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"QUARKUS_FUNQY_EXPORT", "OPENAI_API_KEY_TTL", "CONNECT_AT_INIT"})
    void aVariableThatIsGoneIsANoteAndNoError(String name) {
        environment.put(name, "cleanUpUploads");
        List<String> notes = read().notes();
        assertEquals(1, notes.size());
        assertThat(notes.get(0), containsString(name + " is set and changes nothing: "));
    }

    // One of three

    @ParameterizedTest
    @CsvSource({
        "'',There are no credentials",
        "OPENAI_IDENTITY_PROVIDER_ID,OPENAI_IDENTITY_PROVIDER_ID alone is set",
        "OPENAI_SERVICE_ACCOUNT_ID,OPENAI_SERVICE_ACCOUNT_ID alone is set",
        "OPENAI_API_KEY OPENAI_API_KEY_SECRET,OPENAI_API_KEY and OPENAI_API_KEY_SECRET are set",
        "OPENAI_API_KEY OPENAI_SERVICE_ACCOUNT_ID,OPENAI_API_KEY and OPENAI_SERVICE_ACCOUNT_ID are set"
    })
    void allButOneKindOfCredentialsIsRefused(String set, String problem) {
        environment.clear();
        for (String variable : set.split(" ")) {
            environment.put(variable, "x1");
        }
        assertThat(problem(), containsString(problem + ": it has to be one of OPENAI_API_KEY ("));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"OPENAI_API_KEY\":\"sk-proj-abcDEF123\"}|is JSON",
                "{{resolve:secretsmanager:abcDEF123}}|a placeholder that nothing has resolved",
                "<your-api-key>|a placeholder that nothing has resolved",
                "${OPENAI_API_KEY}|a placeholder that nothing has resolved",
                "arn:aws:secretsmanager:eu-central-1:1:secret:abcDEF123|an ARN",
                "\"sk-proj-abcDEF123\"|a quotation mark",
                "sk-proj-abcDEF123 456|white space",
                "sk-proj-abcDEF123ä|not ASCII"
            })
    void aValueThatCannotBeAKeyIsRefusedAsWhatItIs(String value, String problem) {
        environment.put("OPENAI_API_KEY", value);
        assertThat(problem(), allOf(containsString("OPENAI_API_KEY cannot be an API key"), containsString(problem)));
    }

    @Test
    void theKeyIsNotPrinted() {
        assertThat(read().toString(), not(containsString("abcDEF123")));
    }

    // What is shown of a wrong value

    @ParameterizedTest
    @ValueSource(
            strings = {
                "OPENAI_BASE_URL",
                "OPENAI_ORG_ID",
                "OPENAI_PROJECT_ID",
                "OPENAI_MAX_RETRIES",
                "OPENAI_TIMEOUT",
                "CANCEL_BUDGET",
                "CLEAN_UP_CONCURRENCY",
                "SSL_CERT_FILE",
                "OPENAI_MTLS_CLIENT_KEY_FILE",
                "HTTPS_PROXY"
            })
    void aKeyOrThePemTextOfOneIsShownFromNoVariable(String variable) {
        for (String value : List.of(KEY, "-----BEGIN PRIVATE KEY-----\nabcDEF123\n-----END PRIVATE KEY-----")) {
            environment.put(variable, value);
            if (!variable.equals("HTTPS_PROXY") || !value.equals(KEY)) { // A host may have this name.
                assertThat(problem(), containsString(variable + " (its value is not shown): "));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"OPENAI_TIMEOUT,10 s", "SSL_CERT_FILE,/var/task/certs/internal-authority-2024.pem"})
    void aPlainMistakeIsShownSoThatItCanBeSeen(String variable, String value) {
        environment.put(variable, value);
        assertThat(problem(), containsString(variable + " is \"" + value + "\""));
    }

    // URLs

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://gateway.example/openai/v1/",
                "https://litellm_proxy:4000/v1",
                "http://localhost:8080/v1",
                "http://127.0.0.1/v1",
                "HTTP://[::1]:8080/v1"
            })
    void aBaseUrlIsHttpsOrOnThisMachine(String url) {
        environment.put("OPENAI_BASE_URL", url);
        assertEquals(URI.create(url.replaceAll("/$", "")), read().baseUrl());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://gateway.example/v1",
                "http://127.0.0.1.nip.io/v1",
                "https://user@gateway.example/v1",
                "https://gateway.example/v1?x=1",
                "https://gateway.example/v1#x",
                "https://gateway.example:99999/v1",
                "https://gateway%20.example/v1",
                "https:///v1",
                "ftp://gateway.example/v1",
                "api.openai.com"
            })
    void anotherBaseUrlIsRefused(String url) {
        environment.put("OPENAI_BASE_URL", url);
        assertThat(
                problem(),
                allOf(
                        containsString("OPENAI_BASE_URL "),
                        containsString("it has to be an https URL such as https://api.openai.com/v1")));
    }

    @Test
    void theTokenUrlIsOpenaisUnlessSet() {
        assertEquals(
                URI.create("https://auth.openai.com/oauth/token"),
                workloadIdentity().tokenUrl());
        environment.put("OPENAI_TOKEN_URL", "http://127.0.0.1:8080/oauth/token");
        assertEquals(
                URI.create("http://127.0.0.1:8080/oauth/token"),
                workloadIdentity().tokenUrl());
        environment.put("OPENAI_TOKEN_URL", "http://auth.example/oauth/token");
        assertThat(problem(), containsString("OPENAI_TOKEN_URL (its value is not shown): it has to be an https URL"));
    }

    // AWS

    @ParameterizedTest
    @CsvSource({
        "eu-central-1,false,false,sts.eu-central-1.amazonaws.com,secretsmanager.eu-central-1.amazonaws.com",
        "eu-central-1,true,false,sts-fips.eu-central-1.amazonaws.com,secretsmanager-fips.eu-central-1.amazonaws.com",
        "eu-central-1,false,true,sts.eu-central-1.api.aws,secretsmanager.eu-central-1.amazonaws.com",
        "us-east-1,TRUE,True,sts-fips.us-east-1.api.aws,secretsmanager-fips.us-east-1.amazonaws.com",
        "us-gov-west-1,true,false,sts.us-gov-west-1.amazonaws.com,secretsmanager-fips.us-gov-west-1.amazonaws.com",
        "cn-north-1,false,true,sts.cn-north-1.api.amazonwebservices.com.cn,secretsmanager.cn-north-1.amazonaws.com.cn",
        "eusc-de-east-1,false,false,sts.eusc-de-east-1.amazonaws.eu,secretsmanager.eusc-de-east-1.amazonaws.eu"
    })
    void aServiceIsWhereAwssSdksFindIt(String region, String fips, String dualStack, String sts, String secrets) {
        environment.put("AWS_REGION", region);
        environment.put("AWS_USE_FIPS_ENDPOINT", fips);
        environment.put("AWS_USE_DUALSTACK_ENDPOINT", dualStack);
        assertEquals(URI.create("https://" + sts), workloadIdentity().sts().endpoint());
        environment.keySet().removeIf(name -> name.endsWith("_ID") && name.startsWith("OPENAI_"));
        assertEquals(
                URI.create("https://" + secrets),
                secret("openai-api-key").secretsManager().endpoint());
    }

    @Test
    void anEndpointThatIsConfiguredTakesPrecedenceAsInAwssSdks() {
        environment.put("AWS_ENDPOINT_URL", "http://localhost:4566/");
        assertEquals(
                URI.create("http://localhost:4566"), workloadIdentity().sts().endpoint());
        environment.put("AWS_ENDPOINT_URL_SECRETS_MANAGER", "https://elsewhere.example");
        environment.put("AWS_ENDPOINT_URL_STS", "https://vpce-0123.sts.eu-central-1.vpce.amazonaws.com");
        assertEquals(
                URI.create("https://vpce-0123.sts.eu-central-1.vpce.amazonaws.com"),
                workloadIdentity().sts().endpoint());
    }

    @Test
    void anEndpointOverHttpIsRefused() {
        environment.put("AWS_ENDPOINT_URL", "http://localstack:4566");
        assertThat(
                assertThrows(ConfigurationError.class, this::workloadIdentity).getMessage(),
                containsString("AWS_ENDPOINT_URL (its value is not shown): it has to be an https URL such as"
                        + " https://sts.eu-central-1.amazonaws.com"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"evil.example/", "eu-central-1.evil.example"})
    void whatIsNoRegionDoesNotGetIntoAHostName(String region) {
        environment.put("AWS_REGION", region);
        assertThat(
                assertThrows(ConfigurationError.class, this::workloadIdentity).getMessage(),
                containsString("AWS_REGION names no AWS Region"));
    }

    @Test
    void withoutTheRolesKeysWhatIsMissingIsNamed() {
        workloadIdentity();
        environment.remove("AWS_SECRET_ACCESS_KEY");
        assertThat(problem(), containsString("AWS_ACCESS_KEY_ID or AWS_SECRET_ACCESS_KEY is not set"));
    }

    @Test
    void anArnSaysTheRegionOfItsSecret() {
        String arn = "arn:aws-us-gov:secretsmanager:us-gov-east-1:123456789012:secret:team/openai-key-a1b2C3";
        CredentialsSource.Secret secret = secret(arn);
        assertEquals(arn, secret.id());
        assertEquals("us-gov-east-1", secret.secretsManager().region());
        assertEquals(
                URI.create("https://secretsmanager.us-gov-east-1.amazonaws.com"),
                secret.secretsManager().endpoint());
        assertEquals("***", secret.secretsManager().credentials().toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {KEY, "a name", "arn:aws:ssm:eu-central-1:123456789012:parameter/abcDEF123"})
    void whatIsNoSecretsNameIsRefusedWithoutShowingIt(String id) {
        assertThrows(ConfigurationError.class, () -> secret(id));
        assertThat(problem(), containsString("OPENAI_API_KEY_SECRET (its value is not shown): it has to be the name"));
    }

    // Proxies

    @ParameterizedTest
    @CsvSource({
        "http://proxy.example:3128,proxy.example:3128",
        "proxy.example:3128,proxy.example:3128",
        "http://my_proxy,my_proxy:80",
        "http://[fd00::1]:3128,fd00::1:3128"
    })
    void anHttpProxyIsReadWithOrWithoutItsScheme(String value, String proxy) {
        environment.put("https_proxy", value);
        assertEquals(proxy, read().proxy().orElseThrow().toString());
    }

    @ParameterizedTest
    @CsvSource({"user:p%40ss+word,Basic dXNlcjpwQHNzK3dvcmQ=", "user,Basic dXNlcjo="})
    void theCredentialsOfAProxyAreDecoded(String user, String authorization) {
        environment.put("HTTPS_PROXY", "http://" + user + "@proxy.example:3128");
        assertEquals(Optional.of(authorization), read().proxy().orElseThrow().authorization());
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://proxy.example", "socks5://proxy.example:1080", "http://user:pass:proxy.example"})
    void anotherKindOfProxyIsRefused(String value) {
        environment.put("HTTPS_PROXY", value);
        assertThat(problem(), containsString("it has to be an http proxy"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "*|true",
                "API.OpenAI.com|true",
                "openai.com|true",
                ".openai.com|true",
                "*.openai.com|true",
                "openai.com:443|true",
                "openai.com:8443|false",
                "enai.com|false",
                "a.example, openai.com ,b.example|true",
                "a.example openai.com|true",
                "a.example,,b.example|false"
            })
    void noProxyExcludesAHost(String noProxy, boolean direct) {
        environment.put("HTTPS_PROXY", "http://proxy.example:3128");
        environment.put("no_proxy", noProxy);
        assertEquals(direct, read().proxy().isEmpty());
    }

    @Test
    void eachServerIsReachedByItsOwnWay() {
        environment.put("HTTPS_PROXY", "http://proxy.example:3128");
        environment.put("NO_PROXY", "amazonaws.com");
        CredentialsSource.WorkloadIdentity identity = workloadIdentity();
        assertEquals(Optional.empty(), identity.sts().proxy());
        assertEquals("proxy.example:3128", identity.tokenProxy().orElseThrow().toString());
        assertEquals("proxy.example:3128", read().proxy().orElseThrow().toString());
        environment.put("OPENAI_BASE_URL", "http://localhost:8080/v1");
        assertEquals(Optional.empty(), read().proxy());
    }

    // Numbers, durations, files

    @ParameterizedTest
    @CsvSource({"10s,10000", "500ms,500", "2m,120000", "PT10S,10000", "10,10000", "15m,900000"})
    void aDurationIsReadInEachOfItsForms(String value, long millis) {
        environment.put("OPENAI_TIMEOUT", value);
        assertEquals(Duration.ofMillis(millis), read().timeout());
    }

    @ParameterizedTest
    @ValueSource(strings = {"0s", "16m", "-1s", "10 s", "ten", "1h", "99999999999s", "PT"})
    void anotherDurationIsRefused(String value) {
        environment.put("OPENAI_TIMEOUT", value);
        assertThat(problem(), containsString("OPENAI_TIMEOUT is \""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "11", "2.0", "99999999999"})
    void anotherNumberIsRefused(String value) {
        environment.put("OPENAI_MAX_RETRIES", value);
        assertThat(problem(), containsString("it has to be a whole number from 0 to 10."));
    }

    @Test
    void aClientCertificateNeedsItsKey(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("client.pem"), "");
        environment.put("OPENAI_MTLS_CLIENT_CERT_FILE", file.toString());
        assertThat(problem(), containsString("mutual TLS needs both or neither."));
        environment.put("OPENAI_MTLS_CLIENT_KEY_FILE", file.toString());
        assertEquals(Optional.of(new ClientCertificate(file, file)), read().clientCertificate());
    }
}
