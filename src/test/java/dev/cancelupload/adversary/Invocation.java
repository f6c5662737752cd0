package dev.cancelupload.adversary;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An event and its expected result.
 *
 * @param name of the sender's move
 * @param event as sent
 * @param headers additional headers of the Runtime API's response
 * @param uploads the possible outcomes of each named upload
 * @param moves the upstream's behaviour for each, for messages
 * @param reply the form of the result
 */
record Invocation(
        String name,
        String event,
        Map<String, String> headers,
        Map<String, Expectation> uploads,
        Map<String, String> moves,
        Reply reply) {

    /** The forms of results. */
    enum Reply {
        /** The Upload or an error. */
        UPLOAD,
        /** The failed messages; the id of a message is {@code m-} and the upload's. */
        BATCH,
        /** A proxy response with single-value headers. */
        HTTP,
        /** The response to a load balancer, with a lower size limit. */
        LOAD_BALANCER,
        /** A report or an error. */
        REPORT,
        /** Anything within the limits. */
        ANY
    }

    Invocation(String name, String event, Reply reply) {
        this(name, event, Map.of(), Map.of(), Map.of(), reply);
    }

    /** Like the one before, where other causes than the upstream may prevent a correct response. */
    Invocation unsure() {
        Map<String, Expectation> expectations = new LinkedHashMap<>(uploads);
        expectations.replaceAll((id, expected) -> expected == Expectation.CANCELLED ? Expectation.EITHER : expected);
        return new Invocation(name, event, headers, expectations, moves, reply);
    }

    @Override
    public String toString() {
        return name + (uploads.size() > 20 ? " of " + uploads.size() + " uploads" : " " + moves) + ", event "
                + (event.length() <= 300 ? event : event.substring(0, 300) + "… (" + event.length() + " characters)");
    }
}
