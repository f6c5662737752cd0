package dev.cancelupload.time;

import java.io.InterruptedIOException;

/** The budget is spent. */
public final class DeadlineException extends InterruptedIOException {}
