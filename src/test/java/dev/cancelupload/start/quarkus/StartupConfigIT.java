package dev.cancelupload.start.quarkus;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cancelupload.start.Bootstrap;
import dev.cancelupload.upstream.OpenAI;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The configuration of Quarkus that the executable still reads at its start. */
class StartupConfigIT {

    /** An invalid id, so that nothing is sent. */
    private static final String REFUSED = "\"no/id\"";

    private static Bootstrap bootstrap(Map<String, String> quarkus, String... arguments) throws IOException {
        Map<String, String> environment = new HashMap<>(quarkus);
        environment.put("OPENAI_API_KEY", OpenAI.KEY);
        // Nothing listens there.
        environment.put("OPENAI_BASE_URL", "http://127.0.0.1:1/v1");
        return new Bootstrap(environment, arguments);
    }

    @Test
    void withoutQuarkussVariablesAllIsAsItWasBuilt() throws Exception {
        try (Bootstrap bootstrap = bootstrap(Map.of())) {
            bootstrap.invoke(REFUSED);
            assertThat(bootstrap.log(), containsString("\"export\":\"cancelUpload\""));
            assertThat(bootstrap.log(), not(containsString("\"DEBUG\"")));
            assertThat(bootstrap.log(), not(containsString("configuration is read at this start")));
        }
    }

    @Test
    void theExportIsTakenFromItsVariable() throws Exception {
        try (Bootstrap bootstrap = bootstrap(Map.of("QUARKUS_FUNQY_EXPORT", "cleanUpUploads"))) {
            assertEquals("response", bootstrap.invoke(REFUSED).kind());
            assertThat(bootstrap.log(), containsString("\"export\":\"cleanUpUploads\""));
        }
    }

    @Test
    void anyOtherVariableOfQuarkussIsReadTooAndTheExportWithIt() throws Exception {
        try (Bootstrap bootstrap =
                bootstrap(Map.of("QUARKUS_LOG_LEVEL", "OFF", "QUARKUS_FUNQY_EXPORT", "cleanUpUploads"))) {
            assertEquals("response", bootstrap.invoke(REFUSED).kind());
            assertEquals("", bootstrap.log());
        }
    }

    @Test
    void thatTheConfigurationIsReadIsLoggedAsJson() throws Exception {
        try (Bootstrap bootstrap = bootstrap(Map.of("QUARKUS_LOG_LEVEL", "INFO"))) {
            bootstrap.invoke(REFUSED);
            String line = bootstrap
                    .log()
                    .lines()
                    .filter(logged -> logged.contains("configuration is read at this start"))
                    .collect(Collectors.joining("\n"));
            JsonNode json = new ObjectMapper().readTree(line);
            assertEquals("INFO", json.path("level").asText());
            assertThat(json.path("message").asText(), endsWith("set for it: [QUARKUS_LOG_LEVEL]"));
        }
    }

    @Test
    void aSystemPropertyOfQuarkussIsReadToo() throws Exception {
        try (Bootstrap bootstrap = bootstrap(Map.of(), "-Dquarkus.funqy.export=cleanUpUploads")) {
            assertEquals("response", bootstrap.invoke(REFUSED).kind());
            assertThat(bootstrap.log(), containsString("\"export\":\"cleanUpUploads\""));
            assertThat(bootstrap.log(), containsString("configuration is read at this start"));
            assertThat(bootstrap.log(), containsString("[quarkus.funqy.export]"));
        }
    }
}
