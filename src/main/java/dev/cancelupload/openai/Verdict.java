package dev.cancelupload.openai;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a response with a status other than 2xx means: the one table of it.
 *
 * @param kind of the failure, if there is no other attempt
 * @param retried whether another attempt may succeed
 * @param mayHaveCancelled whether the Upload may be cancelled now, although the response does not say so
 * @param finalState {@code completed}, {@code cancelled} or {@code expired}, if the response says that the Upload is
 * @see <a href="https://platform.openai.com/docs/guides/error-codes">Error codes</a>
 */
record Verdict(FailureKind kind, boolean retried, boolean mayHaveCancelled, Optional<String> finalState) {

    private static final List<String> FINAL_STATES = List.of("completed", "cancelled", "canceled", "expired");

    /** "Can only be cancelled by its owner" names no state. */
    private static final Pattern BE_CANCELLED = Pattern.compile("\\bbe cancell?ed\\b");

    /** What the code of a 403 has in it if it is about the credentials. Any other code is about something else. */
    private static final Set<String> ABOUT_CREDENTIALS =
            Set.of("key", "token", "authentication", "credential", "account", "organization", "project");

    /** What a 404 that is about the URL says, although it may repeat the URL with "uploads" in it. */
    private static final List<String> ABOUT_URL = List.of("unknown_url", "invalid url", "unknown request url");

    /**
     * @param status other than 2xx
     * @param error OpenAI's error object; empty if the body is something else
     * @param id of the Upload, which the error may repeat
     */
    static Verdict of(int status, ResponseHeaders headers, Optional<ErrorObject> error, UploadId id) {
        Optional<String> finalState = status == 400 || status == 409
                ? error.flatMap(e -> finalState(lowerCase(e.code() + " " + e.message()), lowerCase(id.given())))
                : Optional.empty();
        FailureKind kind = finalState.isPresent() ? FailureKind.UPLOAD_ALREADY_FINAL : kind(status, error, id);
        boolean retried = headers.first("x-should-retry")
                .map("true"::equals)
                .orElse(finalState.isEmpty() && (status == 408 || status == 409 || status == 429 || status >= 500));
        return new Verdict(kind, retried, status == 408 || status >= 500, finalState);
    }

    private static FailureKind kind(int status, Optional<ErrorObject> error, UploadId id) {
        if (status == 401) {
            return FailureKind.CREDENTIALS_REJECTED;
        }
        if (status == 429) {
            return FailureKind.RATE_LIMITED;
        }
        if (status == 404) {
            return error.filter(e -> isAboutUpload(e, id)).isPresent()
                    ? FailureKind.UPLOAD_NOT_FOUND
                    : FailureKind.WRONG_BASE_URL;
        }
        if (status < 400 || status >= 500 || error.isEmpty()) {
            return FailureKind.UPSTREAM_FAILURE;
        }
        if (status == 403) {
            return isAboutCredentials(error.get()) ? FailureKind.CREDENTIALS_REJECTED : FailureKind.ACCESS_DENIED;
        }
        return FailureKind.REQUEST_REJECTED;
    }

    private static boolean isAboutUpload(ErrorObject error, UploadId id) {
        String text = lowerCase(error.code() + " " + error.param() + " " + error.message());
        return ABOUT_URL.stream().noneMatch(text::contains)
                && (text.contains("upload") || text.contains(lowerCase(id.given())));
    }

    private static String lowerCase(String text) {
        return text.toLowerCase(Locale.ROOT);
    }

    /** OpenAI says in the code, and for a scope that the key lacks in the message, that it is about something else. */
    private static boolean isAboutCredentials(ErrorObject error) {
        String code = lowerCase(error.code());
        return code.isEmpty()
                ? !lowerCase(error.message()).contains("missing scope")
                : ABOUT_CREDENTIALS.stream().anyMatch(code::contains);
    }

    /**
     * OpenAI documents no code for an Upload that is already final. Its words are one for the state, together with one
     * for what has the state.
     */
    private static Optional<String> finalState(String text, String id) {
        // The id may have such a word in it.
        String words = BE_CANCELLED.matcher(text.replace(id, "")).replaceAll("");
        if (!words.contains("upload") && !words.contains("status")) {
            return Optional.empty();
        }
        return FINAL_STATES.stream()
                .filter(words::contains)
                .findFirst()
                .map(state -> state.equals("canceled") ? "cancelled" : state);
    }
}
