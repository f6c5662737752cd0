package dev.cancelupload.adversary;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One event, and what has to come of it.
 *
 * @param name of the sender's move
 * @param event as handed over
 * @param headers more of what the Runtime API says with it
 * @param uploads what may become of each upload that it names
 * @param moves what the upstream does with each, for a reader
 * @param reply in what form the result is
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
        /** Which messages failed; a message's id is {@code m-} and the upload's. */
        BATCH,
        /** A proxy response with headers of one value each. */
        HTTP,
        /** One of a load balancer, which takes less. */
        LOAD_BALANCER,
        /** A report or an error. */
        REPORT,
        /** Whatever is within the bounds. */
        ANY
    }

    Invocation(String name, String event, Reply reply) {
        this(name, event, Map.of(), Map.of(), Map.of(), reply);
    }

    /** The same where something else than the upstream's own moves may keep an honest answer from its caller. */
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
