package dev.cancelupload.reliability;

import dev.cancelupload.openai.FailureKind;
import dev.cancelupload.upstream.Peer;
import dev.cancelupload.upstream.Upstream;
import dev.cancelupload.upstream.Upstream.Exchange;
import dev.cancelupload.upstream.Upstream.Opening;
import dev.cancelupload.upstream.Upstream.Play;
import java.io.IOException;
import java.util.Optional;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;

/**
 * A fault of OpenAI or the network, and its expected result.
 *
 * @param name for messages
 * @param opening the behaviour of each connection
 * @param play the behaviour for each request
 * @param kind how the cancel fails; empty if it succeeds in the end
 * @param attempts the number of attempts
 * @param seen how far they get
 * @param httpStatus the status of {@code cancelUploadHttp}
 * @param words that the failure's message contains
 */
record Fault(
        String name,
        Opening opening,
        Play play,
        Optional<FailureKind> kind,
        int attempts,
        Seen seen,
        int httpStatus,
        String words) {

    /** How far an attempt gets at the upstream. */
    enum Seen {
        REQUEST,
        CONNECTION,
        NOTHING
    }

    /** Writes bytes, possibly without end. */
    @FunctionalInterface
    interface Writer {
        void write(Exchange exchange) throws IOException, InterruptedException;
    }

    /** The behaviour of a connection before TLS. */
    @FunctionalInterface
    interface Beginning {
        void befall(Peer peer) throws IOException, InterruptedException;
    }

    private static Fault cancelled(String name, Play play, int attempts) {
        return new Fault(name, Upstream.HANDSHAKE, play, Optional.empty(), attempts, Seen.REQUEST, 200, "");
    }

    /** Every request gets this, and then the connection ends. */
    static Fault everyRequest(String name, Writer writer) {
        return cancelled(
                name,
                exchange -> {
                    writer.write(exchange);
                    return false;
                },
                1);
    }

    /** Every request gets this complete answer. */
    static Fault everyAnswer(String name, String answer) {
        return cancelled(
                name,
                exchange -> {
                    exchange.write(answer);
                    return true;
                },
                1);
    }

    /** The first request gets this, and then the connection ends; the others get the answer for their id. */
    static Fault firstRequest(String name, Writer writer, UnaryOperator<String> others) {
        return cancelled(
                name,
                exchange -> {
                    if (exchange.number() == 1) {
                        writer.write(exchange);
                        return false;
                    }
                    exchange.write(others.apply(exchange.id()));
                    return true;
                },
                2);
    }

    /** Every connection ends in this way before TLS. */
    static Fault everyConnection(String name, Beginning beginning) {
        return connections(name, peer -> {
            beginning.befall(peer);
            return false;
        });
    }

    /** Every connection shows this certificate; a request would be served. */
    static Fault certificate(String name, SSLContext certificate) {
        return connections(name, peer -> {
            peer.handshake(certificate);
            return true;
        });
    }

    private static Fault connections(String name, Opening opening) {
        return new Fault(name, opening, Exchange::honest, Optional.empty(), 1, Seen.CONNECTION, 200, "");
    }

    Fault seen(Seen how) {
        return new Fault(name, opening, play, kind, attempts, how, httpStatus, words);
    }

    /** Fails with this kind after this many attempts. */
    Fault fails(FailureKind how, int after, String saying) {
        return new Fault(name, opening, play, Optional.of(how), after, seen, how.httpStatus(), saying);
    }

    /** Succeeds after this many attempts. */
    Fault succeeds(int after) {
        return new Fault(name, opening, play, Optional.empty(), after, seen, 200, "");
    }

    Fault status(int status) {
        return new Fault(name, opening, play, kind, attempts, seen, status, words);
    }

    @Override
    public String toString() {
        return name;
    }
}
