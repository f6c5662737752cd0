package dev.cancelupload.redaction;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Masks credentials in every text that leaves the process: those for OpenAI, as they are or escaped as in JSON, and
 * whatever looks like a key of OpenAI's ({@code sk-…}).
 */
public final class Redaction {

    /** The replacement for a credential. */
    public static final String MASK = "***";

    /** A shorter one is no real credential, and would mask ordinary words. */
    private static final int MIN_LENGTH = 4;

    /** With each renewal there is a new one; those before the last few have ended. */
    private static final int MAX_CREDENTIALS = 8;

    private static final Pattern KEY = Pattern.compile("(?<![A-Za-z0-9_-])sk-[A-Za-z0-9_*-]{16,}");

    /** Newest first. Replaced as a whole, since text leaves the process on many threads. */
    private static volatile List<String> credentials = List.of();

    private Redaction() {}

    /** From now on this credential is masked. Only the last few are kept. */
    public static synchronized void add(String credential) {
        if (credential.length() < MIN_LENGTH || credentials.contains(credential)) {
            return;
        }
        List<String> all = new ArrayList<>(List.of(credential));
        all.addAll(credentials.subList(0, Math.min(credentials.size(), MAX_CREDENTIALS - 1)));
        credentials = List.copyOf(all);
    }

    /** Masks the credentials in a text; the same object if it has none. */
    public static String mask(String text) {
        String masked = text;
        for (String credential : credentials) {
            masked = mask(masked, credential);
        }
        return masked.contains("sk-") ? KEY.matcher(masked).replaceAll(MASK) : masked;
    }

    private static String mask(String unmasked, String credential) {
        String text = unmasked.replace(credential, MASK);
        if (text.indexOf('\\') < 0) {
            return text;
        }
        StringBuilder masked = new StringBuilder(text.length());
        int copied = 0;
        for (int at = 0; at < text.length(); ) {
            int end = endOf(credential, text, at);
            if (end < 0) {
                at++;
            } else {
                masked.append(text, copied, at).append(MASK);
                copied = end;
                at = end;
            }
        }
        return copied == 0 ? text : masked.append(text, copied, text.length()).toString();
    }

    /** Where a credential that starts here ends, with any of its characters escaped as JSON allows; -1 if none does. */
    private static int endOf(String credential, String text, int start) {
        int at = start;
        for (int i = 0; i < credential.length(); i++) {
            char c = credential.charAt(i);
            char found = charAt(text, at);
            if (found != '\\') {
                if (found != c) {
                    return -1;
                }
                at++;
            } else if (charAt(text, at + 1) == c) {
                at += 2;
            } else if (text.startsWith("u00", at + 1)
                    && Character.digit(charAt(text, at + 4), 16) == c >> 4
                    && Character.digit(charAt(text, at + 5), 16) == (c & 15)) {
                at += 6;
            } else {
                return -1;
            }
        }
        return at;
    }

    private static char charAt(String text, int at) {
        return at < text.length() ? text.charAt(at) : 0;
    }
}
