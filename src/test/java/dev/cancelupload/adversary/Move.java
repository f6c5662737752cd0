package dev.cancelupload.adversary;

import dev.cancelupload.upstream.Upstream;
import java.util.Random;

/**
 * A behaviour of the upstream towards one upload.
 *
 * @param kind the kind of attack
 * @param name for messages
 * @param weight how often it is chosen, compared to others of its kind
 * @param expectation the possible outcomes of the upload
 * @param play performs it
 */
record Move(Kind kind, String name, int weight, Expectation expectation, Play play) {

    /** The kinds of moves, with their percentage of uploads. */
    enum Kind {
        /** A correct response or one of OpenAI's errors, since most callers must be served correctly. */
        HONEST(36),
        /** Additional responses before, between and after requests. */
        SURPLUS(16),
        /** Something other than the requested Upload, cancelled. */
        WRONG(8),
        /** A correct response in unusual fragments. */
        PIECES(12),
        /** Endless TLS records without data. */
        KEY_UPDATES(5),
        /** The key in a response. */
        LEAK(14),
        /** Attacks on browsers, gateways and terminals. */
        POISON(4),
        /** Connections that end or hang, endless responses. */
        FAULT(5),
        /** Hostile events, messages and contexts, not a move of the upstream. */
        EVENTS(0);

        final int share;

        Kind(int share) {
            this.share = share;
        }
    }

    /** Handles a request, with random choices. */
    @FunctionalInterface
    interface Play {
        /** @return whether the connection can have another request */
        boolean answers(Upstream.Exchange exchange, Random random) throws java.io.IOException, InterruptedException;
    }

    /** The move with its random choices fixed by this seed. */
    Upstream.Play seeded(long seed) {
        return exchange -> play.answers(exchange, new Random(seed + exchange.attempt()));
    }

    @Override
    public String toString() {
        return name;
    }
}
