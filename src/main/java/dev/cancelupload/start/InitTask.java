package dev.cancelupload.start;

import java.time.Duration;

/** A part of init that runs on its own thread while Quarkus starts. */
interface InitTask {

    /** The thread's name. */
    String name();

    /** Does the work. */
    void run();

    /** How long the end of init waits for {@link #run}; 0 waits without a limit. */
    Duration longestWait();

    /** Runs at the end of init on the main thread, after {@link #run} or {@link #longestWait}. */
    default void finish() {}
}
