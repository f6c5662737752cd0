package dev.cancelupload.config;

import java.util.Locale;
import java.util.Set;

/** Recognizes loopback addresses. */
final class Loopback {
    private Loopback() {}

    /** Compares names and literals only: with a look-up DNS would decide where a key may be sent in plain text. */
    static boolean is(String host) {
        return Set.of("localhost", "[::1]").contains(host.toLowerCase(Locale.ROOT))
                || host.matches("127(\\.(25[0-5]|2[0-4]\\d|1?\\d?\\d)){3}");
    }
}
