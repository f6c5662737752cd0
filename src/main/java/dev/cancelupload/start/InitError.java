package dev.cancelupload.start;

import dev.cancelupload.config.ConfigurationError;
import dev.cancelupload.json.Json;
import dev.cancelupload.redaction.Redaction;
import java.io.IOException;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/**
 * Reports to Lambda why the function cannot start.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html#runtimes-api-initerror">Init errors</a>
 */
final class InitError {

    private static final String TYPE = "ConfigurationError";
    private static final int TIMEOUT_MILLIS = 2000;

    private InitError() {}

    /** Writes the message to the log, and posts it to the Runtime API if there is one. Keys in it are masked. */
    static void report(ConfigurationError error) {
        String message = Redaction.mask(error.getMessage());
        System.err.println(TYPE + ": " + message);
        String api = System.getenv("AWS_LAMBDA_RUNTIME_API");
        if (api == null || api.isBlank()) {
            return;
        }
        try {
            post(URI.create("http://" + api + "/2018-06-01/runtime/init/error"), message);
        } catch (IOException | IllegalArgumentException e) {
            System.err.println("The Runtime API at " + api + " did not accept the error: " + e.getMessage());
        }
    }

    private static void post(URI uri, String message) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
        connection.setConnectTimeout(TIMEOUT_MILLIS);
        connection.setReadTimeout(TIMEOUT_MILLIS);
        connection.setRequestMethod("POST");
        connection.setDoOutput(true);
        connection.setRequestProperty("Content-Type", "application/vnd.aws.lambda.error+json");
        connection.setRequestProperty("Lambda-Runtime-Function-Error-Type", TYPE);
        try (OutputStream body = connection.getOutputStream()) {
            body.write(Json.object()
                    .put("errorType", TYPE)
                    .put("errorMessage", message)
                    .toString()
                    .getBytes(StandardCharsets.UTF_8));
        }
        connection.getResponseCode();
    }
}
