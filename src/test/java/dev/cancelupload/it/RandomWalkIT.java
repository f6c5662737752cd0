package dev.cancelupload.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/**
 * Random batches of random faults. What must hold of each: it is answered in time; each upload is in exactly one list;
 * what is told as cancelled was answered so for this id; what is not done comes back. {@code -Drandom.seed} repeats
 * one.
 */
class RandomWalkIT {

    private static final Duration WALK = Duration.ofSeconds(Integer.getInteger("random.seconds", 20));
    private static final Duration DEADLINE = Duration.ofSeconds(5);

    @AutoClose
    private final OpenAiStandIn openai = new OpenAiStandIn();

    @AutoClose
    private final Function function = new Function(openai)
            .with("OPENAI_MAX_RETRIES", "1")
            .with("OPENAI_TIMEOUT", "300ms")
            .with("CLEAN_UP_CONCURRENCY", "16");

    private final long seed = Long.getLong("random.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final List<Fault> faults = new ArrayList<>(Fault.all());
    private int number;

    @Test
    void whatMustHoldHoldsInAnyOrder() throws Exception {
        faults.removeIf(fault -> fault.greeting().isPresent());
        faults.addAll(Fault.stalls().stream()
                .filter(fault -> fault.greeting().isEmpty())
                .toList());
        long end = System.nanoTime() + WALK.toNanos();
        while (System.nanoTime() - end < 0) {
            Map<String, Fault> batch = new LinkedHashMap<>();
            for (int i = random.nextInt(25); i >= 0; i--) {
                String id = "upload_" + number++;
                Fault fault = random.nextInt(3) == 0 ? faults.get(0) : faults.get(random.nextInt(faults.size()));
                batch.put(id, fault);
                // In one of three cases the second attempt finds it mended.
                Answer second = random.nextInt(3) == 0 ? Answer.cancelled() : fault.answer();
                openai.answers(id, fault.answer(), second);
            }
            try {
                step(batch);
            } catch (AssertionError e) {
                throw new AssertionError("with -Drandom.seed=" + seed + ": " + batch + ": " + e.getMessage(), e);
            }
            openai.forget();
        }
    }

    private void step(Map<String, Fault> batch) throws InterruptedException {
        List<String> ids = new ArrayList<>(batch.keySet());
        boolean stopped = batch.values().stream().anyMatch(fault -> Trigger.STOPPING.contains(fault.errorType()));
        if (random.nextInt(8) == 0) {
            openai.closeConnections();
        }
        if (random.nextBoolean()) {
            Reply reply = function.invoke(Events.sqs(ids.toArray(String[]::new)), DEADLINE)
                    .within(DEADLINE);
            Set<String> failed = new HashSet<>(reply.failedMessages());
            for (int i = 0; i < ids.size(); i++) {
                check(ids.get(i), batch.get(ids.get(i)), !failed.contains("message-" + i), stopped);
            }
        } else {
            Reply reply = function.invoke(Events.ids(ids), DEADLINE).within(DEADLINE);
            if (reply.kind().equals("error")) {
                Map<String, String> outcomes = outcomes();
                ids.forEach(id -> check(id, batch.get(id), isDone(outcomes.get(id)), stopped));
            } else {
                checkReport(batch, reply);
            }
        }
    }

    private void checkReport(Map<String, Fault> batch, Reply reply) {
        List<String> told = new ArrayList<>(reply.ids("cancelled"));
        told.addAll(reply.ids("final"));
        told.forEach(id -> check(id, batch.get(id), true, false));
        reply.ids("failed")
                .forEach(id ->
                        assertEquals(Fault.Then.FAILED_FOR_GOOD, batch.get(id).then(), id));
        told.addAll(reply.ids("failed"));
        told.addAll(reply.ids("notTried"));
        Collections.sort(told);
        assertEquals(batch.keySet().stream().sorted().toList(), told);
    }

    private Map<String, String> outcomes() {
        Map<String, String> outcomes = new HashMap<>();
        for (JsonNode line : function.lines("upload")) {
            outcomes.put(line.get("uploadId").textValue(), line.get("outcome").textValue());
        }
        return outcomes;
    }

    private static boolean isDone(String outcome) {
        return outcome != null
                && List.of("cancelled", "UploadNotFound", "UploadAlreadyFinal").contains(outcome);
    }

    /** Fails the test if an upload counts as done that cannot be, or comes back although it must be done. */
    private void check(String id, Fault fault, boolean done, boolean stopped) {
        boolean mended = openai.requests(id).size() > 1;
        boolean mayBeDone = fault.then() == Fault.Then.FINAL || mended;
        assertTrue(!done || mayBeDone, () -> id + " counts as done: " + fault);
        assertTrue(done || fault.then() != Fault.Then.FINAL || stopped, () -> id + " comes back: " + fault);
    }
}
