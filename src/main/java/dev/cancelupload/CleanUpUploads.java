package dev.cancelupload;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cancelupload.cancel.Canceller;
import dev.cancelupload.cancel.CleanUpReport;
import dev.cancelupload.config.Export;
import dev.cancelupload.lambda.InvocationFailure;
import dev.cancelupload.lambda.LambdaEvent;
import dev.cancelupload.lambda.LambdaEvent.Payload;
import dev.cancelupload.lambda.WrongEvent;
import dev.cancelupload.log.InvocationLog;
import dev.cancelupload.openai.NamedUpload;
import dev.cancelupload.openai.UploadFailure;
import dev.cancelupload.time.Budget;
import io.quarkus.funqy.Funq;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Cancels the uploads of a schedule or batch that are still pending. An upload that is already completed, cancelled,
 * expired or unknown is no failure.
 */
@Singleton
public class CleanUpUploads {

    @Inject
    Canceller canceller;

    @Inject
    InvocationLog log;

    /**
     * @param event names 0 to 1,000 uploads; duplicates are cancelled once
     * @return a {@link CleanUpReport}
     * @throws InvocationFailure if a retry can cancel remaining uploads; thrown after all were tried
     */
    @Funq(Export.CLEAN_UP_UPLOADS_NAME)
    public JsonNode cleanUpUploads(LambdaEvent event) {
        Budget budget = canceller.budget();
        List<NamedUpload> uploads = uploads(event);
        InvocationLog.Batch batch = log.batch(Export.CLEAN_UP_UPLOADS);
        CleanUpReport report = new CleanUpReport(
                canceller.cancelAll(uploads, budget, (outcome, position) -> batch.finished(outcome, Optional.empty())));
        batch.cleanUp(report, budget.elapsed());
        report.incomplete().ifPresent(failure -> {
            throw InvocationFailure.of(failure);
        });
        return report.toJson();
    }

    /** The uploads without duplicates. */
    private List<NamedUpload> uploads(LambdaEvent event) {
        try {
            if (event instanceof Payload payload) {
                Map<String, NamedUpload> distinct = new LinkedHashMap<>();
                payload.ids().many().forEach(upload -> distinct.putIfAbsent(upload.given(), upload));
                return List.copyOf(distinct.values());
            }
            throw WrongEvent.of(event, Export.CLEAN_UP_UPLOADS);
        } catch (UploadFailure e) {
            throw InvocationFailure.of(log.invalidEvent(Export.CLEAN_UP_UPLOADS, e));
        }
    }
}
