package dev.cancelupload.time;

import java.time.Duration;

/**
 * Time that may be spent, counted from its start: by an invocation, or by one attempt within it.
 *
 * @param start {@link System#nanoTime()} at which it began
 * @param end {@link System#nanoTime()} at which it is spent
 */
public record Budget(long start, long end) {

    /** A budget that starts now. */
    public static Budget of(Duration time) {
        long now = System.nanoTime();
        return new Budget(now, now + time.toNanos());
    }

    /** The part of this budget that one attempt may use: no more than so long, and no more than is left. */
    public Budget atMost(Duration time) {
        Budget part = of(time);
        return part.end - end < 0 ? part : this;
    }

    /** What has passed since its start. */
    public Duration passed() {
        return Duration.ofNanos(System.nanoTime() - start);
    }

    /** What is left; negative once it is spent. */
    public Duration left() {
        return Duration.ofNanos(end - System.nanoTime());
    }

    /** Whether nothing is left. */
    public boolean isSpent() {
        return end - System.nanoTime() <= 0;
    }

    /**
     * What is left in whole milliseconds, rounded up: at least 1, since 0 means no time-out to a socket.
     *
     * @throws DeadlineException if nothing is left
     */
    public int millisLeft() throws DeadlineException {
        long nanos = end - System.nanoTime();
        if (nanos <= 0) {
            throw new DeadlineException();
        }
        return (int) Math.min(Integer.MAX_VALUE, nanos / 1_000_000 + 1);
    }
}
