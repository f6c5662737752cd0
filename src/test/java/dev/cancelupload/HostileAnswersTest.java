package dev.cancelupload;

import static dev.cancelupload.upstream.OpenAI.cancelled;
import static dev.cancelupload.upstream.OpenAI.cancelledAsAsked;
import static dev.cancelupload.upstream.OpenAI.envelope;
import static dev.cancelupload.upstream.OpenAI.error;
import static dev.cancelupload.upstream.OpenAI.json;
import static dev.cancelupload.upstream.OpenAI.upload;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cancelupload.lambda.Events;
import dev.cancelupload.upstream.OpenAI;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Responses of an untrusted upstream, and their results for the caller. */
@QuarkusTest
@WithTestResource(OpenAI.class)
class HostileAnswersTest extends AgainstOpenAI {

    private static final String ID = "upload_abc123";
    private static final String EVENT = "\"" + ID + "\"";

    @Test
    void theUploadComesOutAsItWentInDownToItsNumbers() {
        String json = "{\"object\":\"upload\",\"id\":\"" + ID
                + "\",\"status\":\"cancelled\",\"a\":1.0,\"b\":100.0,\"c\":1.50,"
                + "\"d\":-0.0,\"e\":1E+2,\"f\":12345678901234567890123456789,\"g\":\"\\u00e9\\/\",\"h\":null,\"h\":1}";
        openai.answers(ID, json(200, json));
        assertEquals(json, Lambda.result(EVENT));
    }

    @Test
    void anUploadWithAnotherIdIsNotTheAnswer() {
        openai.answers(ID, cancelled("upload_other"));
        JsonPath error = Lambda.error(EVENT);
        assertEquals("UpstreamFailure", error.getString("errorType"));
        assertThat(
                error.getString("errorMessage"),
                allOf(
                        containsString("is about another Upload (\"upload_other\")"),
                        containsString("not confirmed as")));
    }

    @Test
    void afterAnAnswerToAnotherRequestTheNextAttemptIsOnANewConnection() {
        openai.hasPending("upload_first");
        Lambda.result("\"upload_first\"");
        int connections = openai.wire().connections();
        openai.answersInTurn(ID, cancelled("upload_other"), cancelled(ID));
        Lambda.result(EVENT);
        assertEquals(2, openai.attempts(ID));
        assertEquals(connections + 1, openai.wire().connections());
    }

    /** Other idle connections may have such responses too. */
    @Test
    void afterAnAnswerToAnotherRequestNoConnectionOfBeforeIsUsedAgain() {
        String two = Events.sqs("upload_1", "upload_2");
        openai.answersAnything(cancelledAsAsked().withFixedDelay(200));
        openai.wire().startOver();
        Lambda.result(two);
        assertEquals(2, openai.wire().connections());
        openai.answersInTurn(ID, cancelled("upload_other"), cancelled(ID));
        Lambda.result(EVENT);
        assertEquals(3, openai.wire().connections());
        // One of them belongs to the second attempt.
        Lambda.result(two);
        assertEquals(4, openai.wire().connections());
    }

    @Test
    void anUploadThatIsStillPendingWasNotCancelled() {
        openai.answers(ID, json(200, upload(ID, "pending")));
        JsonPath error = Lambda.error(EVENT);
        assertEquals("UpstreamFailure", error.getString("errorType"));
        assertThat(error.getString("errorMessage"), containsString("still pending"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"completed", "expired"})
    void anUploadInAnotherFinalStateWasNotCancelled(String status) {
        openai.answers(ID, json(200, upload(ID, status)));
        JsonPath error = Lambda.error(EVENT);
        assertEquals("UploadAlreadyFinal", error.getString("errorType"));
        assertThat(error.getString("errorMessage"), containsString("is already " + status));
    }

    @Test
    void theStatusOfAnAnswerThatIsNoUploadIsItsOwn() {
        openai.answers(ID, json(202, "{}").withHeader("x-request-id", "req_202"));
        assertThat(
                Lambda.error(EVENT).getString("errorMessage"),
                containsString("(HTTP 202, x-request-id req_202, 1 attempt)"));
    }

    static Stream<String> repeated() {
        String key = OpenAI.KEY;
        return Stream.of(
                key,
                key.substring(0, 20),
                key.substring(12, 26),
                key.replace("-", "\\u002d"),
                key.replaceFirst("s", "\\\\u0073"),
                key.replace("-", "\\\\u002D"),
                key.replace("-", "%2D"),
                base64(key),
                base64("Bearer " + key),
                base64("authorization: Bearer " + key),
                String.join("\\u0000", key.split("")),
                String.join("\\u200b", key.split("")),
                key.toUpperCase());
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @MethodSource("repeated")
    void whatRepeatsTheKeyIsMaskedInAnError(String repeated) {
        openai.answers(ID, json(422, envelope("You sent " + repeated + ".", null)));
        assertThat(Lambda.error(EVENT).getString("errorMessage"), containsString("***"));
    }

    @ParameterizedTest
    @MethodSource("repeated")
    void whatRepeatsTheKeyIsMaskedInAnUpload(String repeated) {
        openai.answers(ID, json(200, upload(ID, "cancelled").replace("training.jsonl", repeated)));
        JsonPath upload = Lambda.json(EVENT);
        assertThat(upload.getString("filename"), containsString("***"));
        assertEquals(ID, upload.getString("id"));
        assertEquals(8589934592L, upload.getLong("bytes"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u009b31m", "\u2028", "\u202e", "\u200f", "\u0007", "\ufeff", "\ue000"})
    void hiddenCharactersAreNotInAMessage(String hidden) {
        openai.answers(
                ID,
                error(
                        422,
                        "before" + hidden.replace("\u0007", "\\u0007") + "after",
                        "c" + hidden.replace("\u0007", "\\u0007")));
        String message = Lambda.error(EVENT).getString("errorMessage");
        assertThat(message, allOf(containsString("before "), not(containsString(hidden.substring(0, 1)))));
    }

    @Test
    void anEndlessTextIsCutInTheMessage() {
        openai.answers(ID, error(422, "\u4e2d".repeat(15_000), "c".repeat(2000)));
        assertThat(Lambda.error(EVENT).getString("errorMessage").length(), lessThan(2000));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"error\":{\"message\":\"a\",\"message\":\"b\"}}",
                "{\"error\":{\"message\":\"a\"},\"error\":{\"message\":\"b\"}}",
                "{\"error\":{\"message\":\"a\"}} {}",
                "{\"error\":\"a\"}"
            })
    void anErrorObjectThatIsAmbiguousIsNotOpenAIs(String body) {
        openai.answers(ID, json(404, body));
        assertEquals("UpstreamFailure", Lambda.error(EVENT).getString("errorType"));
    }

    @Test
    void forSnsNothingLeftToCancelIsNoFailure() {
        openai.answersAnything(error(400, "Upload is already cancelled.", null));
        assertEquals("null", Lambda.result(Lambda.event("sns.json")));
    }

    @Test
    void anAnswerThatIsNoneIsToldInOneLine() {
        openai.answers(ID, json(200, "\u202e<html>").withHeader("content-type", "text/html; x=\u202e"));
        String message = Lambda.error(EVENT).getString("errorMessage");
        assertTrue(message.chars().allMatch(c -> c >= ' ' && c < 0x7f || c == '…'), message);
    }

    /** Otherwise a caller could find the key piece by piece by sending guesses and seeing which one is masked. */
    @ParameterizedTest
    @ValueSource(ints = {200, 404, 422, 500})
    void aGuessOfTheKeyIsAnsweredLikeAnyOtherId(int status) {
        String guess = OpenAI.KEY.substring(8, 30);
        String wrong = OpenAI.KEY.substring(8, 29) + "_";
        for (String id : new String[] {guess, wrong}) {
            openai.answers(
                    id,
                    status == 200
                            ? cancelled(id)
                            : error(status, "No such Upload object: " + id, null)
                                    .withHeader("x-should-retry", "false"));
        }
        assertEquals(
                Lambda.post('"' + wrong + '"').body().replace(wrong, "…"),
                Lambda.post('"' + guess + '"').body().replace(guess, "…"));
        assertThat(Lambda.post('"' + guess + '"').body(), containsString(guess));
        assertThat(Lambda.post("\"" + guess + "/\"").body(), containsString(guess));
    }
}
