package dev.cancelupload.config;

import java.util.Locale;
import java.util.Set;

/** Which hosts are this machine. */
final class Loopback {
    private Loopback() {}

    /** By name or literal only: resolving a name here would let DNS decide where a key may go in the clear. */
    static boolean is(String host) {
        return Set.of("localhost", "[::1]").contains(host.toLowerCase(Locale.ROOT))
                || host.matches("127(\\.(25[0-5]|2[0-4]\\d|1?\\d?\\d)){3}");
    }
}
