package dev.cancelupload.config;

/** Tells of what characters a text consists. */
public final class Characters {

    private Characters() {}

    /** Whether a text has only ASCII letters, digits and these other characters; true of an empty one. */
    public static boolean areLettersDigitsOr(String others, String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
            if (!letter && (c < '0' || c > '9') && others.indexOf(c) < 0) {
                return false;
            }
        }
        return true;
    }
}
