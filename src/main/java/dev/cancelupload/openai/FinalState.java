package dev.cancelupload.openai;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The final states of an Upload.
 *
 * <p>OpenAI responds to the cancel of such an Upload with 400 and documents no code for it, so that these words in the
 * error's code or message are the only sign. Both may be about something else that has expired or was cancelled, and
 * the message may repeat the caller's id, which may contain these words. So the code must consist of words about an
 * Upload's state, and the message must have a sentence in which one of the words follows "upload" without another
 * subject between them.
 */
public enum FinalState {
    COMPLETED("completed"),
    CANCELLED("cancelled", "canceled"),
    EXPIRED("expired");

    private static final Set<String> CODE_WORDS = Set.of(
            "upload", "already", "is", "was", "has", "been", "status", "state", "error", "invalid", "not", "pending");

    /**
     * Other things that can be completed, cancelled or expired. After one of these a sentence is not about the Upload.
     */
    private static final Set<String> OTHER_SUBJECTS = Set.of(
            "your",
            "because",
            "since",
            "key",
            "token",
            "session",
            "billing",
            "agreement",
            "subscription",
            "plan",
            "trial",
            "account",
            "organization",
            "organisation",
            "project",
            "credit",
            "credits",
            "card",
            "payment",
            "quota",
            "certificate",
            "credentials",
            "request",
            "invoice",
            "contract",
            "license",
            "licence",
            "access",
            "permission",
            "policy",
            "deadline",
            "timeout",
            "url",
            "link",
            "uploads");

    private final List<String> words;

    FinalState(String... words) {
        this.words = List.of(words);
    }

    /** The value of {@code status} in OpenAI's API. */
    public String value() {
        return words.get(0);
    }

    /**
     * The state of the Upload that a response with status 400 names; empty if it names none.
     *
     * @param uploadId the requested id
     */
    static Optional<FinalState> of(String uploadId, ErrorResponse response) {
        if (response.status() != 400) {
            return Optional.empty();
        }
        return response.error()
                .flatMap(error -> error.code().flatMap(FinalState::inCode).or(() -> error.message()
                        .flatMap(message -> inMessage(message, uploadId))));
    }

    private static Optional<FinalState> inCode(String code) {
        List<String> words = Arrays.asList(code.toLowerCase(Locale.ROOT).split("[^a-z]+"));
        Optional<FinalState> state =
                words.stream().map(FinalState::ofWord).flatMap(Optional::stream).findFirst();
        boolean aboutUpload =
                words.stream().allMatch(w -> CODE_WORDS.contains(w) || ofWord(w).isPresent());
        return aboutUpload ? state : Optional.empty();
    }

    private static Optional<FinalState> inMessage(String message, String id) {
        List<String> tokens = Arrays.asList(message.toLowerCase(Locale.ROOT).split("[\\s'\"`“”‘’(),:]+"));
        // A message such as "already cancelled" has no other subject.
        boolean aboutUpload = tokens.stream().map(FinalState::word).allMatch(FinalState::isNeutral);
        String idInLowerCase = id.toLowerCase(Locale.ROOT);
        Optional<FinalState> possibleState = Optional.empty();
        String previous = "";
        for (String token : tokens) {
            String word = word(token);
            Optional<FinalState> state = ofWord(word);
            if (word.equals("upload")) {
                aboutUpload = true;
            } else if (OTHER_SUBJECTS.contains(word)) {
                aboutUpload = false;
            } else if (state.isPresent()
                    && aboutUpload
                    // The word may be the start of the id.
                    && !idInLowerCase.startsWith(word)) {
                if (!previous.equals("be")) {
                    return state;
                }
                // "… cannot be cancelled" names the state only if nothing else in the message does.
                possibleState = state;
            }
            aboutUpload &= token.equals(word);
            previous = word;
        }
        return tokens.stream().map(FinalState::word).anyMatch(OTHER_SUBJECTS::contains)
                ? Optional.empty()
                : possibleState;
    }

    /** Without punctuation at the end of a sentence. */
    private static String word(String token) {
        return token.isEmpty() || ".!?;".indexOf(token.charAt(token.length() - 1)) < 0
                ? token
                : token.substring(0, token.length() - 1);
    }

    private static boolean isNeutral(String word) {
        return word.isEmpty() || CODE_WORDS.contains(word) || ofWord(word).isPresent();
    }

    private static Optional<FinalState> ofWord(String word) {
        return Arrays.stream(values()).filter(s -> s.words.contains(word)).findFirst();
    }
}
