package dev.cancelupload.reliability;

import dev.cancelupload.openai.FailureKind;
import dev.cancelupload.reliability.Upstream.Behaviour;
import dev.cancelupload.reliability.Upstream.Exchange;
import java.io.IOException;
import java.net.Socket;
import java.util.Optional;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;

/**
 * A fault of OpenAI or of the way to it, and what has to come of it.
 *
 * @param name for a reader
 * @param behaviour of the upstream
 * @param kind how the cancel fails; empty if it succeeds in the end
 * @param attempts how many there are
 * @param seen how far they get
 * @param httpStatus what {@code cancelUploadHttp} answers
 * @param words that the failure's message has
 */
record Fault(
        String name,
        Behaviour behaviour,
        Optional<FailureKind> kind,
        int attempts,
        Seen seen,
        int httpStatus,
        String words) {

    /** What an attempt becomes at the upstream. */
    enum Seen {
        REQUEST,
        CONNECTION,
        NOTHING
    }

    /** Bytes to write, which may take for ever. */
    @FunctionalInterface
    interface Writer {
        void write(Exchange exchange) throws IOException, InterruptedException;
    }

    /** What happens to a connection before TLS. */
    @FunctionalInterface
    interface Opening {
        void befall(Socket raw) throws IOException, InterruptedException;
    }

    private static Fault cancelled(String name, Behaviour behaviour, int attempts) {
        return new Fault(name, behaviour, Optional.empty(), attempts, Seen.REQUEST, 200, "");
    }

    /** Every request gets this, and then the connection ends. */
    static Fault everyRequest(String name, Writer writer) {
        return cancelled(name, answering(writer), 1);
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
    static Fault everyConnection(String name, Opening opening) {
        return cancelled(
                        name,
                        new Behaviour() {
                            @Override
                            public boolean accepts(Socket raw, int connection)
                                    throws IOException, InterruptedException {
                                opening.befall(raw);
                                return false;
                            }

                            @Override
                            public boolean answers(Exchange exchange) {
                                return false;
                            }
                        },
                        1)
                .seen(Seen.CONNECTION);
    }

    /** Every connection shows this certificate; a request would be served. */
    static Fault certificate(String name, SSLContext certificate) {
        return cancelled(
                        name,
                        new Behaviour() {
                            @Override
                            public SSLContext tls(SSLContext good) {
                                return certificate;
                            }

                            @Override
                            public boolean answers(Exchange exchange) throws IOException {
                                exchange.write(Answers.cancelled(exchange.id()));
                                return true;
                            }
                        },
                        1)
                .seen(Seen.CONNECTION);
    }

    private static Behaviour answering(Writer writer) {
        return exchange -> {
            writer.write(exchange);
            return false;
        };
    }

    /** Waits until the other side gives up. */
    static void stall(Socket raw) throws IOException {
        while (raw.getInputStream().read() >= 0) {
            // What it sends is of no interest.
        }
    }

    Fault seen(Seen how) {
        return new Fault(name, behaviour, kind, attempts, how, httpStatus, words);
    }

    /** It fails so, after so many attempts. */
    Fault fails(FailureKind how, int after, String saying) {
        return new Fault(name, behaviour, Optional.of(how), after, seen, how.httpStatus(), saying);
    }

    /** It succeeds after so many attempts. */
    Fault succeeds(int after) {
        return new Fault(name, behaviour, Optional.empty(), after, seen, 200, "");
    }

    Fault status(int status) {
        return new Fault(name, behaviour, kind, attempts, seen, status, words);
    }

    @Override
    public String toString() {
        return name;
    }
}
