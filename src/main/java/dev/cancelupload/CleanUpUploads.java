package dev.cancelupload;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cancelupload.cancel.Canceller;
import dev.cancelupload.cancel.CleanUpReport;
import dev.cancelupload.config.Export;
import dev.cancelupload.lambda.LambdaEvent;
import dev.cancelupload.lambda.LambdaEvent.Payload;
import dev.cancelupload.lambda.WrongEvent;
import dev.cancelupload.log.InvocationLog;
import dev.cancelupload.openai.UploadFailure;
import dev.cancelupload.time.Budget;
import io.quarkus.funqy.Funq;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Makes sure that uploads are gone: for schedules and batches. An upload that is completed, cancelled, expired or unknown
 * already is what the caller wanted, not a failure.
 */
@Singleton
public class CleanUpUploads {

    @Inject
    Canceller canceller;

    @Inject
    InvocationLog log;

    /**
     * @param event names 0 to 1,000 uploads; duplicates are called once
     * @return a {@link CleanUpReport}
     * @throws UploadFailure if uploads are left that a later try can cancel, after all were tried
     */
    @Funq(Export.CLEAN_UP_UPLOADS_NAME)
    public JsonNode cleanUpUploads(LambdaEvent event) {
        Budget budget = canceller.budget();
        List<Supplier<String>> ids = suppliers(ids(event));
        InvocationLog.Batch batch = log.batch(Export.CLEAN_UP_UPLOADS);
        CleanUpReport report = new CleanUpReport(
                canceller.cancelAll(ids, budget, (outcome, position) -> batch.finished(outcome, Optional.empty())));
        batch.cleanUp(report, budget.passed());
        report.incomplete().ifPresent(failure -> {
            throw failure;
        });
        return report.toJson();
    }

    private Set<String> ids(LambdaEvent event) {
        try {
            if (event instanceof Payload payload) {
                return new LinkedHashSet<>(payload.ids().many());
            }
            throw WrongEvent.of(event, Export.CLEAN_UP_UPLOADS);
        } catch (UploadFailure e) {
            throw log.refused(Export.CLEAN_UP_UPLOADS, e);
        }
    }

    private static List<Supplier<String>> suppliers(Set<String> ids) {
        return ids.stream().<Supplier<String>>map(id -> () -> id).toList();
    }
}
