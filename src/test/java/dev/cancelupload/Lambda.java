package dev.cancelupload;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.restassured.RestAssured;
import io.restassured.path.json.JsonPath;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** Invokes the function through its real event loop: Quarkus's mock of the Lambda Runtime API. */
final class Lambda {
    private Lambda() {}

    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    /** What the function's event loop made of an event: 200 and the result, or 500 and the error. */
    record Response(int statusCode, String body, long millis) {
        JsonPath json() {
            return JsonPath.from(body);
        }
    }

    /** The function's result as text. */
    static String result(String event) {
        Response response = post(event);
        assertEquals(200, response.statusCode(), response.body());
        return response.body();
    }

    /** The function's result as JSON. */
    static JsonPath json(String event) {
        return JsonPath.from(result(event));
    }

    /** The error that Lambda would report: {@code errorType} and {@code errorMessage}. */
    static JsonPath error(String event) {
        Response response = post(event);
        assertEquals(500, response.statusCode(), response.body());
        return response.json();
    }

    static Response post(String event) {
        // Quarkus tells REST Assured where the application is. REST Assured's own requests would print every body
        // in case the test fails, which takes longer than the invocation.
        HttpRequest request = HttpRequest.newBuilder(URI.create(RestAssured.baseURI + ":" + RestAssured.port))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(event))
                .build();
        long start = System.nanoTime();
        try {
            HttpResponse<String> response = CLIENT.send(request, BodyHandlers.ofString());
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
            return new Response(response.statusCode(), response.body(), millis);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Pays for what the first invocation and the test's first request cost, so that others can be timed. */
    static void warmUp() {
        post("\"upload_warm_up\"");
    }

    /** An event as AWS sends it, from src/test/resources/events. */
    static String event(String name) {
        try (InputStream in = Lambda.class.getResourceAsStream("/events/" + name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
