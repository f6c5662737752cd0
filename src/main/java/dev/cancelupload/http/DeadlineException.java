package dev.cancelupload.http;

import java.io.InterruptedIOException;

/** The time for an attempt is over. */
final class DeadlineException extends InterruptedIOException {}
