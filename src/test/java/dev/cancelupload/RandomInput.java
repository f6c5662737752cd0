package dev.cancelupload;

/** {@link RandomEvents} as text, for tests in other packages. */
public final class RandomInput {

    private final RandomEvents events;

    /** @param seed the same seed gives the same input */
    public RandomInput(long seed) {
        events = new RandomEvents(seed);
    }

    /** Any JSON, more often than not close to a real event. */
    public String event() {
        return events.event().toString();
    }

    /** Any string, more often than not close to an upload id. */
    public String id() {
        return events.id();
    }

    /** An event as AWS sends it, from src/test/resources/events. */
    public static String real(String name) {
        return Lambda.event(name);
    }
}
