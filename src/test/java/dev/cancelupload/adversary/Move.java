package dev.cancelupload.adversary;

import dev.cancelupload.upstream.Upstream;
import java.util.Random;

/**
 * One thing that the upstream does to one upload.
 *
 * @param kind what it tries
 * @param name for a reader
 * @param weight how often it is chosen, compared to others of its kind
 * @param expectation what may become of the upload
 * @param play does it
 */
record Move(Kind kind, String name, int weight, Expectation expectation, Play play) {

    /** What moves try, and how many of a hundred uploads get one. */
    enum Kind {
        /** A plain answer, or OpenAI's own errors: most callers are served well, and notice if they are not. */
        HONEST(36),
        /** More than one answer, before, between and after requests. */
        SURPLUS(16),
        /** Something that is not the cancelled Upload that was asked for. */
        WRONG(8),
        /** The honest answer, in pieces that nobody expects. */
        PIECES(12),
        /** TLS that goes on without data. */
        KEY_UPDATES(5),
        /** The key in an answer. */
        LEAK(14),
        /** What an answer says to a browser, a gateway or a terminal. */
        POISON(4),
        /** Connections that end or hang, answers without end. */
        FAULT(5),
        /** What is no move of the upstream: events, messages and contexts that are sent to do harm. */
        EVENTS(0);

        final int share;

        Kind(int share) {
            this.share = share;
        }
    }

    /** What is done with a request, with chance in it. */
    @FunctionalInterface
    interface Play {
        /** @return whether the connection can have another request */
        boolean answers(Upstream.Exchange exchange, Random random) throws java.io.IOException, InterruptedException;
    }

    /** The move's way with an upload; what it leaves to chance is decided by this seed. */
    Upstream.Play seeded(long seed) {
        return exchange -> play.answers(exchange, new Random(seed + exchange.attempt()));
    }

    @Override
    public String toString() {
        return name;
    }
}
