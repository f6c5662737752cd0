package dev.cancelupload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cancelupload.config.ApiKeySecret;
import dev.cancelupload.config.Configuration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** {@code FetchKeyAtRunTime} in template.yaml. .ci/template/closed.py checks it for every way to deploy. */
class FetchedKeyTemplateTest {

    private static final String VARIABLES = "/Globals/Function/Environment/Variables";

    private static final JsonNode TEMPLATE = TemplateTest.deployed("FetchesKey", "FetchesField", "FetchesWithKmsKey");

    @Test
    void theKeyIsInTheEnvironmentUnlessItIsToBeFetched() {
        assertEquals(
                "false", TEMPLATE.at("/Parameters/FetchKeyAtRunTime/Default").asText());
        JsonNode without = TemplateTest.deployed().at(VARIABLES);
        assertTrue(without.has("OPENAI_API_KEY"));
        assertFalse(without.has("OPENAI_API_KEY_SECRET"));
        assertFalse(without.has("OPENAI_API_KEY_SECRET_FIELD"));
    }

    @Test
    void theSecretTakesTheKeysPlaceInTheEnvironment() {
        JsonNode variables = TEMPLATE.at(VARIABLES);
        assertFalse(variables.has("OPENAI_API_KEY"));
        assertEquals(
                "OpenAIApiKeySecret", variables.at("/OPENAI_API_KEY_SECRET/Ref").asText());
        assertEquals(
                "OpenAIApiKeyJsonKey",
                variables.at("/OPENAI_API_KEY_SECRET_FIELD/Ref").asText());
        assertFalse(variables.toString().contains("resolve:secretsmanager"));
    }

    @Test
    void theCodeTakesEverySecretThatTheTemplateTakes() {
        String pattern =
                TEMPLATE.at("/Parameters/OpenAIApiKeySecret/AllowedPattern").asText();
        for (String secret : List.of(
                "openai-api-key",
                "teams/media/openai_key+1=.@x",
                "arn:aws:secretsmanager:eu-central-1:123456789012:secret:openai-api-key-a1b2C3",
                "arn:aws-cn:secretsmanager:cn-north-1:123456789012:secret:openai-api-key")) {
            assertTrue(secret.matches(pattern), secret);
            Map<String, String> environment = new HashMap<>(Map.of(
                    "OPENAI_API_KEY_SECRET",
                    secret,
                    "AWS_REGION",
                    "eu-central-1",
                    "AWS_ACCESS_KEY_ID",
                    "ASIAEXAMPLE",
                    "AWS_SECRET_ACCESS_KEY",
                    "none"));
            assertEquals(
                    secret, ((ApiKeySecret) Configuration.of(environment::get).apiKey()).id());
        }
    }
}
