package dev.cancelupload.start;

import java.time.Duration;

/** A part of init that runs on a thread of its own beside Quarkus's start. */
interface InitTask {

    /** The thread's name. */
    String name();

    /** Does the work. */
    void run();

    /** How long the end of init waits for it. */
    Duration longestWait();

    /** Runs at the end of init on the main thread, after {@link #run} or {@link #longestWait}. */
    default void finish() {}
}
