package dev.cancelupload.start;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cancelupload.json.Json;
import dev.cancelupload.lambda.Event;
import dev.cancelupload.log.InvocationLog;
import dev.cancelupload.openai.CancelledUpload;
import dev.cancelupload.openai.Failure;
import dev.cancelupload.openai.Outcome;
import dev.cancelupload.openai.UploadsClient;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import org.jboss.logging.Logger;

/**
 * Runs the code of an invocation once during init, from reading the event to formatting the log line, without network
 * or output. This initializes classes, fills caches and pages in memory on the full CPU of init, not in the first
 * invocation's share of it.
 */
final class WarmUp {

    private static final Logger LOG = Logger.getLogger(WarmUp.class);

    private static final byte[] EVENT = "\"upload_warmup\"".getBytes(StandardCharsets.US_ASCII);

    private WarmUp() {}

    static void run(UploadsClient client, ObjectMapper mapper, InvocationLog log) {
        try {
            mapper.readerFor(Event.class).readValue(new ByteArrayInputStream(EVENT));
            Outcome outcome = client.warmUp();
            mapper.writeValueAsBytes(Json.raw(outcome.map(CancelledUpload::json, Failure::message)));
            log.warmUp(outcome);
        } catch (Exception e) {
            // No invocation is affected.
            LOG.warn("The warm-up of an invocation failed", e);
        }
    }
}
