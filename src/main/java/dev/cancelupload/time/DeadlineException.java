package dev.cancelupload.time;

import java.io.InterruptedIOException;

/** The deadline of a {@link Budget} has passed. */
public final class DeadlineException extends InterruptedIOException {}
