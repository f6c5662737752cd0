package dev.cancelupload.adversary;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.cancelupload.adversary.Target.Servers;
import dev.cancelupload.config.Export;
import dev.cancelupload.upstream.Answer;
import dev.cancelupload.upstream.Layer;
import dev.cancelupload.upstream.Peer;
import dev.cancelupload.upstream.Upstream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A response belongs to its request, whatever an upstream sends, at any time and in any number of records. */
@Tag("reliability")
class AnswersBelongToRequestsIT {

    @TempDir
    static Path folder;

    private static Servers servers;

    @BeforeAll
    static void certificates() throws Exception {
        servers = Servers.in(folder);
    }

    static Stream<Move> surplus() {
        return moves(Move.Kind.SURPLUS);
    }

    private static Stream<Move> moves(Move.Kind kind) {
        return Moves.all().stream().filter(move -> move.kind() == kind);
    }

    @ParameterizedTest
    @MethodSource("surplus")
    void nobodyGetsWhatIsLeftOfAnothersAnswer(Move surplus) throws Exception {
        for (Layer layer : Layer.values()) {
            try (Target target = new Target(Export.CANCEL_UPLOAD, servers, layer, Map.of())) {
                for (int i = 0; i < 2; i++) {
                    target.checkHonest();
                    target.check(surplus);
                    target.checkHonest();
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void nobodyGetsWhatIsLeftOfAnothersAnswerInABatch(Layer layer) throws Exception {
        try (Target target = new Target(Export.CANCEL_UPLOAD, servers, layer, Map.of())) {
            Move[] both =
                    surplus().flatMap(move -> Stream.of(move, Target.HONEST)).toArray(Move[]::new);
            for (int i = 0; i < 3; i++) {
                target.check(both);
            }
        }
    }

    static Stream<Arguments> wrong() {
        return Arrays.stream(Export.values())
                .flatMap(export -> moves(Move.Kind.WRONG).map(move -> Arguments.of(export, move)));
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void whatIsNotTheCancelledUploadThatWasAskedForIsNoSuccess(Export export, Move wrong) throws Exception {
        try (Target target = new Target(export, servers, Layer.TLS_1_3, Map.of("OPENAI_MAX_RETRIES", "0"))) {
            target.check(wrong);
            target.checkHonest();
        }
    }

    /** Data sent over a connection without a request. */
    private record Word(String name, Writer writer) {
        interface Writer {
            void write(Peer peer) throws java.io.IOException;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static final byte[] STRANGERS_ANSWER =
            Answer.error(404, Moves.STRANGER, "n").bytes();

    static Stream<Arguments> unasked() {
        List<Word> words = List.of(
                new Word(
                        "an Upload",
                        peer -> peer.send(
                                Answer.upload(Moves.STRANGER, "n", "cancelled").bytes())),
                new Word(
                        "an Upload of 8192 bytes",
                        peer -> peer.send(
                                Answer.upload(Moves.STRANGER, "n", "cancelled").bytes(Moves.BUFFER))),
                new Word("an error", peer -> peer.send(STRANGERS_ANSWER)),
                new Word("one byte", peer -> peer.raw(new byte[] {0x17})),
                new Word("half a record", peer -> {
                    byte[] record = peer.seal(STRANGERS_ANSWER);
                    peer.raw(Arrays.copyOf(record, record.length / 2));
                    peer.owes(Arrays.copyOfRange(record, record.length / 2, record.length));
                }));
        return Arrays.stream(Layer.values()).flatMap(layer -> words.stream().map(word -> Arguments.of(layer, word)));
    }

    @ParameterizedTest
    @MethodSource("unasked")
    void anIdleConnectionOnWhichSomethingWasSentCarriesNoFurtherRequest(Layer layer, Word word) throws Exception {
        try (Target target = new Target(Export.CANCEL_UPLOAD, servers, layer, Map.of())) {
            target.checkHonest();
            int connections = target.upstream.connections();
            for (Peer peer : target.upstream.open()) {
                word.writer.write(peer);
            }
            target.checkHonest();
            assertEquals(connections + 1, target.upstream.connections(), "connections");
            assertEquals(2, target.upstream.requests(), "requests");
        }
    }

    @ParameterizedTest
    @MethodSource("unasked")
    void aConnectionOnWhichTheServerSpokeFirstCarriesNoRequest(Layer layer, Word word) throws Exception {
        // Init waits half a second for a connection, which may be too short on a busy machine.
        for (int i = 0; i < 20; i++) {
            if (isNotUsedAfter(layer, word)) {
                return;
            }
        }
        throw new AssertionError("there was never a connection during init");
    }

    /** @return false if there was no connection before the first request */
    private static boolean isNotUsedAfter(Layer layer, Word word) throws Exception {
        CountDownLatch spoken = new CountDownLatch(1);
        Upstream.Opening opening = peer -> {
            peer.handshake();
            word.writer.write(peer);
            spoken.countDown();
            return true;
        };
        try (Target target = new Target(
                Export.CANCEL_UPLOAD,
                servers,
                connection -> layer,
                Target.OPENAI_KEY,
                Target.AMPLE,
                Map.of(),
                opening)) {
            target.sandbox.init(0);
            if (!spoken.await(1, TimeUnit.SECONDS)) {
                return false;
            }
            target.checkHonest();
            assertEquals(2, target.upstream.connections(), "connections");
            assertEquals(1, target.upstream.requests(), "requests");
            return true;
        }
    }
}
