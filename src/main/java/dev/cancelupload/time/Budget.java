package dev.cancelupload.time;

import java.time.Duration;

/**
 * A time budget of an invocation, or of one attempt within it.
 *
 * @param start {@link System#nanoTime()} of its start
 * @param end {@link System#nanoTime()} of its deadline
 */
public record Budget(long start, long end) {

    /** A budget that starts now. */
    public static Budget of(Duration time) {
        long now = System.nanoTime();
        return new Budget(now, now + time.toNanos());
    }

    /** A budget that starts now and is limited to {@code time} and to what remains of this one. */
    public Budget atMost(Duration time) {
        Budget part = of(time);
        return part.end - end < 0 ? part : this;
    }

    /** The time since its start. */
    public Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - start);
    }

    /** The remaining time; negative after the deadline. */
    public Duration remaining() {
        return Duration.ofNanos(end - System.nanoTime());
    }

    /** Whether the deadline has passed. */
    public boolean isSpent() {
        return end - System.nanoTime() <= 0;
    }

    /**
     * The remaining time in whole milliseconds, rounded up: at least 1, since 0 means no timeout to a socket.
     *
     * @throws DeadlineException if the deadline has passed
     */
    public int remainingMillis() throws DeadlineException {
        long nanos = end - System.nanoTime();
        if (nanos <= 0) {
            throw new DeadlineException();
        }
        return (int) Math.min(Integer.MAX_VALUE, nanos / 1_000_000 + 1);
    }
}
