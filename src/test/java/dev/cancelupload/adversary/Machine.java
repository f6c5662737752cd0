package dev.cancelupload.adversary;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * How late this machine is: a thread that only wants to wake up every few milliseconds, and writes down by how much it
 * was missed. What a test allows beyond a promised time grows by that, so that other work on the machine fails no test.
 */
final class Machine {

    private static final long TICK = Duration.ofMillis(5).toNanos();

    /** A busy machine is this late all the time, which what is allowed anyway has room for. */
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

    /** The sum of all delays so far; the difference of two readings is what was missed in between. */
    static synchronized Duration missed() {
        return Duration.ofNanos(missed);
    }
}
