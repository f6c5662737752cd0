package dev.cancelupload.lambda;

import dev.cancelupload.config.Export;
import dev.cancelupload.openai.FailureKind;
import dev.cancelupload.openai.UploadFailure;

/** Creates the failure of a function that received an event for another one. */
public final class WrongEvent {
    private WrongEvent() {}

    /** Creates the failure, with the export that the event is for if there is one. */
    public static UploadFailure of(LambdaEvent event, Export here) {
        if (event instanceof LambdaEvent.Unreadable unreadable) {
            return UploadFailure.of(
                    FailureKind.INVALID_EVENT, "The event " + unreadable.problem() + ". Nothing was sent to OpenAI.");
        }
        String got = "The export " + here.functionName() + " got " + event.description();
        return event.export()
                .filter(export -> export != here)
                .map(export -> UploadFailure.of(
                        FailureKind.WRONG_EXPORT,
                        got + ", which is for the export " + export.functionName()
                                + ": set QUARKUS_FUNQY_EXPORT to it, or send the event to the function that has it."
                                + " Nothing was sent to OpenAI."))
                .orElseGet(() -> UploadFailure.of(
                        FailureKind.INVALID_EVENT,
                        got + ", which is for none of this function's exports (" + Export.names()
                                + "). Nothing was sent to OpenAI."));
    }
}
