package dev.cancelupload.openai;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The states that an Upload does not leave.
 *
 * <p>OpenAI answers 400 to a cancel of such an Upload and documents no code for it, so that it is told by these words
 * in the error's code or message. Both may be about something else that has expired or was cancelled, and the message
 * may repeat the caller's own id, which may have these words in it. So the code has to be about nothing but an Upload's
 * state, and the message has to have a sentence in which one of the words follows on the word "upload" and nothing else
 * comes between that it could be said of.
 */
public enum FinalState {
    COMPLETED("completed"),
    CANCELLED("cancelled", "canceled"),
    EXPIRED("expired");

    private static final Set<String> WORDS_OF_A_CODE = Set.of(
            "upload", "already", "is", "was", "has", "been", "status", "state", "error", "invalid", "not", "pending");

    /**
     * What else can be completed, cancelled or expired: after one of these a sentence is no longer about the Upload.
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

    /** As OpenAI writes it in {@code status}. */
    public String word() {
        return words.get(0);
    }

    /**
     * The state that an answer of status 400 says the Upload has; empty if it says something else.
     *
     * @param uploadId what was asked for
     */
    static Optional<FinalState> of(String uploadId, ErrorResponse answer) {
        if (answer.status() != 400) {
            return Optional.empty();
        }
        return answer.error()
                .flatMap(error -> error.code().flatMap(FinalState::inCode).or(() -> error.message()
                        .flatMap(message -> inMessage(message, uploadId))));
    }

    private static Optional<FinalState> inCode(String code) {
        List<String> words = Arrays.asList(code.toLowerCase(Locale.ROOT).split("[^a-z]+"));
        Optional<FinalState> state =
                words.stream().map(FinalState::ofWord).flatMap(Optional::stream).findFirst();
        boolean ofAnUpload = words.stream()
                .allMatch(w -> WORDS_OF_A_CODE.contains(w) || ofWord(w).isPresent());
        return ofAnUpload ? state : Optional.empty();
    }

    private static Optional<FinalState> inMessage(String message, String id) {
        List<String> tokens = Arrays.asList(message.toLowerCase(Locale.ROOT).split("[\\s'\"`“”‘’(),:]+"));
        // A bare "already cancelled" can be about nothing else.
        boolean aboutTheUpload = tokens.stream().map(FinalState::word).allMatch(FinalState::isNeutral);
        String idInLowerCase = id.toLowerCase(Locale.ROOT);
        Optional<FinalState> notToBe = Optional.empty();
        String before = "";
        for (String token : tokens) {
            String word = word(token);
            Optional<FinalState> state = ofWord(word);
            if (word.equals("upload")) {
                aboutTheUpload = true;
            } else if (OTHER_SUBJECTS.contains(word)) {
                aboutTheUpload = false;
            } else if (state.isPresent()
                    && aboutTheUpload
                    // The word may be what is left of the id.
                    && !idInLowerCase.startsWith(word)) {
                if (!before.equals("be")) {
                    return state;
                }
                // "… cannot be cancelled" says what cannot be done, and which state it is in only if nothing else does.
                notToBe = state;
            }
            aboutTheUpload &= token.equals(word);
            before = word;
        }
        return tokens.stream().map(FinalState::word).anyMatch(OTHER_SUBJECTS::contains) ? Optional.empty() : notToBe;
    }

    /** Without the end of a sentence. */
    private static String word(String token) {
        return token.isEmpty() || ".!?;".indexOf(token.charAt(token.length() - 1)) < 0
                ? token
                : token.substring(0, token.length() - 1);
    }

    private static boolean isNeutral(String word) {
        return word.isEmpty() || WORDS_OF_A_CODE.contains(word) || ofWord(word).isPresent();
    }

    private static Optional<FinalState> ofWord(String word) {
        return Arrays.stream(values()).filter(s -> s.words.contains(word)).findFirst();
    }
}
