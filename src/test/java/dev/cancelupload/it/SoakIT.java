package dev.cancelupload.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/**
 * Thousands of invocations of every kind in one process of 256 MB, which ends as large as it was after the first ones.
 */
class SoakIT {

    private static final int ROUNDS = Integer.getInteger("soak.rounds", 3000);

    /** Of resident memory. */
    private static final long MOST_GROWTH_KB = 12 * 1024;

    @AutoClose
    private final OpenAiStandIn openai = new OpenAiStandIn();

    @AutoClose
    private final Function function = new Function(openai).withMemory(256).with("OPENAI_MAX_RETRIES", "0");

    private final Random random = new Random(20261130);

    @Test
    void aLongSequenceMakesTheProcessNoLarger() throws Exception {
        List<Fault> faults = Fault.all();
        long resident = 0;
        long descriptors = 0;
        long threads = 0;
        for (int round = 0; round < ROUNDS; round++) {
            if (round == ROUNDS / 3) {
                resident = function.status("VmRSS");
                descriptors = function.descriptors();
                threads = function.status("Threads");
            }
            if (round % 200 == 0) {
                List<String> ids =
                        IntStream.range(0, 300).mapToObj(i -> "upload_" + i).toList();
                openai.answers(Answer.cancelled());
                assertEquals(ids, function.invoke(Events.ids(ids)).ids("cancelled"));
            }
            Trigger trigger = Trigger.values()[random.nextInt(Trigger.values().length)];
            // New names in each event, which nothing may remember.
            assertEquals(
                    "error",
                    function.invoke("{\"name-" + round + "\":" + round + "}").kind());
            if (round % 4 == 0) {
                one(trigger, "upload_" + round, faults.get(random.nextInt(faults.size())));
            } else {
                openai.answers(Answer.cancelled());
                trigger.assertCancelled("upload_" + round, function.invoke(trigger.event("upload_" + round)));
            }
            openai.forget();
        }
        long growth = function.status("VmRSS") - resident;
        assertTrue(growth < MOST_GROWTH_KB, () -> "it grew by " + growth + " kB");
        assertTrue(function.descriptors() <= descriptors + 4, "descriptors");
        assertTrue(function.status("Threads") <= threads + 4, "threads");
    }

    private void one(Trigger trigger, String id, Fault fault) throws InterruptedException {
        openai.answers(fault.answer());
        fault.greeting().ifPresent(greeting -> {
            openai.closeConnections();
            openai.greets(greeting);
        });
        fault.assertTold(trigger, id, function.invoke(trigger.event(id)));
        if (fault.answer().endsConnection()) {
            openai.closeConnections();
        }
    }
}
