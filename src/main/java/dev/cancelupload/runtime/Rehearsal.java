package dev.cancelupload.runtime;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cancelupload.Export;
import dev.cancelupload.Json;
import dev.cancelupload.event.LambdaEvent;
import dev.cancelupload.log.InvocationLog;
import dev.cancelupload.openai.Cancelled;
import dev.cancelupload.openai.UploadsClient;
import org.jboss.logging.Logger;

/**
 * Goes once through what an invocation does, from the event to the log's line, without the network and without a trace.
 * What the first one would have to load, look up and page in is then in place, at the expense of init's whole processor.
 */
final class Rehearsal {

    private static final Logger LOG = Logger.getLogger(Rehearsal.class);

    private Rehearsal() {}

    static void run(UploadsClient client, ObjectMapper mapper, InvocationLog log) {
        try {
            mapper.readerFor(LambdaEvent.class).readValue("\"upload_rehearsal\"");
            Cancelled cancelled = client.rehearse();
            mapper.writeValueAsBytes(Json.raw(cancelled.json()));
            log.rehearse(Export.CANCEL_UPLOAD, cancelled);
        } catch (Exception e) {
            // It is no one's invocation that failed.
            LOG.warn("The rehearsal of an invocation failed", e);
        }
    }
}
