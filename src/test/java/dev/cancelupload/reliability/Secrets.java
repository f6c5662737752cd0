package dev.cancelupload.reliability;

import dev.cancelupload.upstream.OpenAI;
import java.util.List;
import java.util.stream.IntStream;

/** Searches for the key and for parts that are too long to match by chance. */
final class Secrets {

    private static final int PART = 12;

    private static final List<String> PARTS = IntStream.rangeClosed(0, OpenAI.KEY.length() - PART)
            .mapToObj(from -> OpenAI.KEY.substring(from, from + PART))
            .toList();

    private Secrets() {}

    /** Fails if the text has a part of the key. */
    static void assertAbsent(String where, String text) {
        for (String part : PARTS) {
            if (text.contains(part)) {
                throw new AssertionError("a part of the key (" + part + ") is in " + where + ": "
                        + text.substring(0, Math.min(text.length(), 2000)));
            }
        }
    }
}
