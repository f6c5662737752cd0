package dev.cancelupload.http;

import static dev.cancelupload.http.Pair.answer;
import static dev.cancelupload.http.Pair.body;
import static dev.cancelupload.http.Pair.failure;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cancelupload.upstream.Layer;
import dev.cancelupload.upstream.Peer;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A response is taken for its own request only, whatever a server sends and however it splits it into records. */
class AnswerOrderTest {

    @ParameterizedTest
    @EnumSource
    void anotherAnswerAfterTheFirstIsNobodys(Layer layer) throws Exception {
        try (Pair pair = new Pair(layer)) {
            FutureTask<HttpResponse> first = pair.ask("a");
            pair.expectOnNewConnection("a");
            pair.send(answer("a") + answer("stray"));
            assertEquals("a", body(first));
            pair.exchangeOnNewConnection("b");
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatComesBetweenTwoRequestsIsNobodys(Layer layer) throws Exception {
        for (String stray : new String[] {answer("stray"), "HTTP/1.1 103 Early\r\n\r\n", "H"}) {
            try (Pair pair = new Pair(layer)) {
                pair.exchange("a");
                pair.send(stray);
                pair.exchangeOnNewConnection("b");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPartOfARecordBeforeTheRequestIsNotCompletedAfterIt(Layer layer) throws Exception {
        for (int cut : new int[] {1, 5, 30}) {
            try (Pair pair = new Pair(layer)) {
                pair.exchange("a");
                pair.peer.send(Arrays.copyOf(pair.peer.record(answer("stray")), cut));
                pair.exchangeOnNewConnection("b");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void anAnswerBeforeTheFirstRequestIsNone(Layer layer) throws Exception {
        try (Pair pair = new Pair(layer)) {
            pair.connectAhead();
            pair.send(answer("stray"));
            pair.exchangeOnNewConnection("a");
        }
    }

    @ParameterizedTest
    @EnumSource
    void anAnswerThatMoreFollowsOnAConnectionUsedBeforeMayBeThatOfTheRequestBefore(Layer layer) throws Exception {
        for (String more : new String[] {answer("b"), "H"}) {
            for (boolean oneRecord : new boolean[] {true, false}) {
                try (Pair pair = new Pair(layer)) {
                    pair.exchange("a");
                    FutureTask<HttpResponse> second = pair.ask("b");
                    pair.expect("b");
                    if (oneRecord) {
                        pair.send(answer("late a") + more);
                    } else {
                        pair.peer.send(pair.peer.record(answer("late a")), pair.peer.record(more));
                    }
                    TransportException e = failure(second);
                    assertTrue(e.sent());
                    assertThat(e.getMessage(), containsString("more followed it"));
                    assertNull(pair.peer.request());
                }
            }
        }
    }

    /** Each call gets its own response or an error, never another's. */
    @ParameterizedTest
    @EnumSource
    void inARandomWalkEachCallGetsItsOwnAnswerOrNone(Layer layer) throws Exception {
        for (int seed = 0; seed < 10; seed++) {
            Random random = new Random(seed);
            try (Pair pair = new Pair(layer)) {
                for (int call = 0; call < 20; call++) {
                    step(pair, "upload_" + call, random);
                }
            } catch (Exception | AssertionError e) {
                throw new AssertionError(layer + ", seed " + seed, e);
            }
        }
    }

    private static void step(Pair pair, String id, Random random) throws Exception {
        if (pair.peer != null && random.nextInt(3) == 0) {
            tryToSend(pair.peer, noise(pair.peer, random));
        }
        FutureTask<HttpResponse> call = pair.ask(id);
        if (pair.peer == null || pair.peer.request() == null) {
            pair.expectOnNewConnection(id);
        }
        byte[] right = pair.peer.record(answer(id));
        byte[] later = new byte[0];
        switch (random.nextInt(5)) {
            case 0 -> pair.peer.send(right, noise(pair.peer, random));
            case 1 -> {
                byte[] stray = noise(pair.peer, random);
                int cut = random.nextInt(stray.length);
                pair.peer.send(right, Arrays.copyOf(stray, cut));
                later = Arrays.copyOfRange(stray, cut, stray.length);
            }
            case 2 -> {
                int half = random.nextInt(right.length);
                pair.peer.send(Arrays.copyOf(right, half));
                pair.peer.send(Arrays.copyOfRange(right, half, right.length));
            }
            default -> pair.peer.send(right);
        }
        try {
            assertEquals(id, body(call));
        } catch (ExecutionException e) {
            assertThat(e.getCause().getMessage(), containsString("more followed it"));
        }
        tryToSend(pair.peer, later);
    }

    private static byte[] noise(Peer peer, Random random) throws IOException {
        return peer.record(
                switch (random.nextInt(4)) {
                    case 0 -> "HTTP/1.1 103 Early\r\n\r\n";
                    case 1 -> "\r\n";
                    case 2 -> answer("stray".repeat(1600));
                    default -> answer("stray");
                });
    }

    private static void tryToSend(Peer peer, byte[]... records) {
        try {
            peer.send(records);
        } catch (IOException e) {
            // The client has closed, as expected.
        }
    }
}
