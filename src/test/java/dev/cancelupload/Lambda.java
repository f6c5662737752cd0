package dev.cancelupload;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.cancelupload.lambda.Events;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import java.nio.charset.StandardCharsets;

/** Invokes the function through its real event loop: Quarkus's mock of the Lambda Runtime API. */
final class Lambda {
    private Lambda() {}

    /** The result of an event: 200 and the function's result, or 500 and the error. */
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
        io.restassured.response.Response response = given().contentType(ContentType.JSON)
                .body(event.getBytes(StandardCharsets.UTF_8))
                .post();
        return new Response(response.statusCode(), response.asString(), response.time());
    }

    /** Warms up function and client, so that later invocations can be timed. */
    static void warmUp() {
        post("\"upload_warm_up\"");
    }

    /** An event as AWS sends it, from src/test/resources/events. */
    static String event(String name) {
        return Events.real(name);
    }
}
