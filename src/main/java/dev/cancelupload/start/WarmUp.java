package dev.cancelupload.start;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cancelupload.config.Export;
import dev.cancelupload.json.Json;
import dev.cancelupload.lambda.LambdaEvent;
import dev.cancelupload.log.InvocationLog;
import dev.cancelupload.openai.CancelledUpload;
import dev.cancelupload.openai.UploadsClient;
import org.jboss.logging.Logger;

/**
 * Runs the code of an invocation once during init, from reading the event to formatting the log line, without network
 * or output. This initializes classes, fills caches and pages in memory on the full CPU of init, not in the first
 * invocation's share of it.
 */
final class WarmUp {

    private static final Logger LOG = Logger.getLogger(WarmUp.class);

    private WarmUp() {}

    static void run(UploadsClient client, ObjectMapper mapper, InvocationLog log) {
        try {
            mapper.readerFor(LambdaEvent.class).readValue("\"upload_warmup\"");
            CancelledUpload cancelled = client.warmUp();
            mapper.writeValueAsBytes(Json.raw(cancelled.json()));
            log.warmUp(Export.CANCEL_UPLOAD, cancelled);
        } catch (Exception e) {
            // No invocation is affected.
            LOG.warn("The warm-up of an invocation failed", e);
        }
    }
}
