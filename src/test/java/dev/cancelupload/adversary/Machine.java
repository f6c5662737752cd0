package dev.cancelupload.adversary;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Measures the delays of this machine by a thread that sleeps for a few milliseconds at a time. Tests add the delays to
 * their time limits, so that other work on the machine fails no test.
 */
final class Machine {

    private static final long TICK = Duration.ofMillis(5).toNanos();

    /** Delays up to this are normal on a busy machine and within the tolerance of the tests. */
    private static final long USUAL = Duration.ofMillis(100).toNanos();

    private static long missed;

    static {
        Thread thread = new Thread(Machine::watch, "machine");
        thread.setDaemon(true);
        thread.setPriority(Thread.MAX_PRIORITY);
        thread.start();
    }

    private Machine() {}

    private static void watch() {
        long last = System.nanoTime();
        while (true) {
            LockSupport.parkNanos(TICK);
            long now = System.nanoTime();
            synchronized (Machine.class) {
                missed += Math.max(0, now - last - USUAL);
            }
            last = now;
        }
    }

    /** The sum of all delays; the difference of two readings is the delay between them. */
    static synchronized Duration missed() {
        return Duration.ofNanos(missed);
    }
}
