package dev.cancelupload.time;

import java.time.Duration;

/** When Lambda ends the current invocation. */
public final class InvocationDeadline {

    /** For the way of the result to Lambda. */
    private static final Duration RESERVE = Duration.ofMillis(500);

    /** The longest time that Lambda gives an invocation, and what there is where nobody says one: in development. */
    private static final Duration LONGEST = Duration.ofMinutes(15);

    private static volatile Budget current;

    private InvocationDeadline() {}

    /**
     * Called when an event has arrived.
     *
     * @param epochMillis the value of {@code Lambda-Runtime-Deadline-Ms}; null if there is none
     * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html#runtimes-api-next">Next
     *     invocation</a>
     */
    public static void set(String epochMillis) {
        Duration time = LONGEST;
        try {
            time = Duration.ofMillis(Long.parseLong(epochMillis) - System.currentTimeMillis());
        } catch (NumberFormatException e) {
            // As if there were none.
        }
        current = Budget.of(time.compareTo(LONGEST) < 0 ? time.minus(RESERVE) : LONGEST);
    }

    /** The time of the current invocation, which ends half a second before Lambda's deadline. */
    public static Budget budget() {
        Budget budget = current;
        return budget == null ? Budget.of(LONGEST) : budget;
    }
}
