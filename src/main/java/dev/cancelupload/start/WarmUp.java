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
 * Goes once through what an invocation does, from the event to the log's line, without the network and without a trace.
 * What the first one would have to load, look up and page in is then in place, at the expense of init's whole
 * processor.
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
            // It is no one's invocation that failed.
            LOG.warn("The warm-up of an invocation failed", e);
        }
    }
}
