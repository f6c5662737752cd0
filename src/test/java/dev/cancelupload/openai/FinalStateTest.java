package dev.cancelupload.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FinalStateTest {

    private static Optional<FinalState> state(String id, String message, String code) {
        ErrorObject error =
                new ErrorObject(Optional.of(message), Optional.empty(), Optional.empty(), Optional.ofNullable(code));
        return FinalState.of(id, new ErrorResponse(400, new ResponseHeaders(Map.of()), "", Optional.of(error)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Upload has already been completed.|COMPLETED",
                "Upload upload_1 is already cancelled|CANCELLED",
                "This upload was canceled.|CANCELLED",
                "The upload has expired!|EXPIRED",
                "already expired|EXPIRED",
                "Cannot be cancelled: the upload is completed|COMPLETED",
                "Cannot cancel upload 'upload_1' with status 'expired'.|EXPIRED",
                "upload cannot be CANCELLED in its state|CANCELLED",
                "Invalid state. The Upload is in the status completed; it stays there.|COMPLETED"
            })
    void aSentenceAboutTheUploadTellsItsState(String message, FinalState state) {
        assertEquals(Optional.of(state), state("upload_1", message, null));
    }

    @ParameterizedTest
    @CsvSource({
        "upload_already_completed,COMPLETED",
        "already_cancelled,CANCELLED",
        "canceled,CANCELLED",
        "upload.expired,EXPIRED",
        "UPLOAD_EXPIRED,EXPIRED"
    })
    void aCodeAboutTheUploadTellsItsState(String code, FinalState state) {
        assertEquals(Optional.of(state), state("upload_1", "Not possible.", code));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Your billing agreement has expired",
                "The upload was refused because your trial has expired",
                "Upload refused. Billing agreement expired.",
                "The token of this upload session has expired",
                "The unexpiredness is incompleted",
                "Uploads of an expired subscription are not served",
                "The invoice was cancelled",
                "Upload cannot be canceled: your API key has expired",
                "Payment not completed"
            })
    void whatElseHasExpiredOrWasCancelledIsNotTheUpload(String message) {
        assertEquals(Optional.empty(), state("upload_1", message, null));
    }

    @ParameterizedTest
    @ValueSource(strings = {"api_key_expired", "billing_expired", "subscription_cancelled", "expired_key"})
    void aCodeAboutSomethingElseIsNotAboutTheUpload(String code) {
        assertEquals(Optional.empty(), state("upload_1", "Not possible.", code));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "upload_echo.cancelled|Invalid 'upload_id': 'upload_echo.cancelled'",
                "completed|Invalid upload 'completed'",
                "expired~1|There is no upload expired~1",
                "cancelledAAAAAAAAAAAAAAAA|There is no upload cancelled…",
                "upload.is.completed|Invalid upload: upload.is.completed."
            })
    void theCallersOwnIdSaysNothing(String id, String message) {
        assertEquals(Optional.empty(), state(id, message, "invalid_value"));
    }

    @ParameterizedTest
    @ValueSource(ints = {402, 404, 409, 410, 422})
    void onlyStatus400TellsAState(int status) {
        ErrorObject error = new ErrorObject(
                Optional.of("Upload is completed"), Optional.empty(), Optional.empty(), Optional.empty());
        assertEquals(
                Optional.empty(),
                FinalState.of(
                        "upload_1", new ErrorResponse(status, new ResponseHeaders(Map.of()), "", Optional.of(error))));
    }
}
