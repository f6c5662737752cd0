package dev.cancelupload.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** The kinds of event, each with the answer that the contract gives it. */
enum Trigger {
    ONE,
    HTTP,
    IDS,
    EVENTBRIDGE,
    SQS,
    SNS;

    /** The failures of credentials and of the deployment, which stop a batch. */
    static final List<String> STOPPING =
            List.of("CredentialsRejected", "CredentialsUnavailable", "AccessDenied", "WrongBaseUrl");

    /** The failures after which a later try can succeed. */
    static final List<String> RETRYABLE = List.of("RateLimited", "UpstreamFailure", "BudgetSpent");

    /** An event of this kind that names one upload. */
    String event(String id) {
        return switch (this) {
            case ONE -> Events.one(id);
            case HTTP -> Events.http(id);
            case IDS -> Events.ids(id);
            case EVENTBRIDGE -> Events.eventBridge("{\"uploadId\":" + Answer.quoted(id) + "}");
            case SQS -> Events.sqs(id);
            case SNS -> Events.sns(id);
        };
    }

    /** Whether it means "see to it that none of these stays pending". */
    boolean isBatch() {
        return this != ONE && this != HTTP;
    }

    /** Fails the test unless the upload was cancelled. */
    void assertCancelled(String id, Reply reply) {
        switch (this) {
            case ONE -> assertUpload(id, reply.result());
            case HTTP -> {
                assertEquals(200, reply.status(), reply.body());
                assertUpload(id, reply.httpBody());
            }
            case SQS -> assertEquals(List.of(), reply.failedMessages());
            default -> assertEquals(List.of(id), reply.ids("cancelled"), reply.body());
        }
    }

    private static void assertUpload(String id, JsonNode upload) {
        assertEquals(Reply.parse(Answer.UPLOAD.replace("{id}", id)), upload);
    }

    /**
     * Fails the test unless the failure is told as the contract's table says.
     *
     * @param httpStatus expected over HTTP
     * @param isFinal whether nothing is left to cancel
     * @param retryable whether a later try can succeed
     */
    void assertFailed(String id, String errorType, int httpStatus, boolean isFinal, boolean retryable, Reply reply) {
        switch (this) {
            case ONE -> reply.assertError(errorType, id);
            case HTTP -> {
                assertEquals(httpStatus, reply.status(), reply.body());
                JsonNode error = reply.httpBody().get("error");
                assertTrue(error.get("message").isTextual() && error.get("type").isTextual(), reply.body());
                assertTrue(httpStatus != 429 || reply.header("retry-after") != null, reply.body());
                assertEquals(
                        STOPPING.contains(errorType) ? "false" : null,
                        reply.header("x-should-retry"),
                        () -> "x-should-retry in " + reply.body());
            }
            case SQS -> assertEquals(isFinal ? List.of() : List.of("message-0"), reply.failedMessages());
            default -> {
                if (STOPPING.contains(errorType)) {
                    reply.assertError(errorType, id);
                } else if (retryable) {
                    reply.assertError("CleanUpIncomplete", id, errorType);
                } else if (isFinal) {
                    assertEquals(List.of(id), reply.ids("final"), reply.body());
                } else {
                    assertEquals(List.of(id), reply.ids("failed"), reply.body());
                    assertEquals(
                            errorType, reply.result().at("/failed/0/errorType").textValue());
                }
            }
        }
    }
}
