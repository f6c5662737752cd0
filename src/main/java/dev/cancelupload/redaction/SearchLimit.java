package dev.cancelupload.redaction;

import dev.cancelupload.time.Budget;

/** Limits what the search of one text may cost, in decoded text and in time. */
final class SearchLimit {

    /**
     * How many times the length of the text may be searched, all levels of decoded text included. An error envelope in
     * base64 three times, or escaped three times, needs four times as much, and masking a key in it another ten.
     */
    private static final int FACTOR = 16;

    /** For short texts, in characters. */
    private static final int LEAST = 4096;

    private final Budget budget;
    private long left;

    /**
     * @param length of the text
     * @param budget for the search
     */
    SearchLimit(int length, Budget budget) {
        this.budget = budget;
        this.left = LEAST + (long) FACTOR * length;
    }

    /**
     * Counts so many characters that are to be searched.
     *
     * @throws ExceededException if they are too many, or there is no more time
     */
    void count(int characters) {
        left -= characters;
        if (left < 0 || budget.isSpent()) {
            throw new ExceededException();
        }
    }

    /** Not an error: the text is not shown. */
    static final class ExceededException extends RuntimeException {

        private ExceededException() {
            super("searching a text for the key costs too much", null, false, false);
        }
    }
}
