package dev.cancelupload;

import static dev.cancelupload.upstream.OpenAI.cancelledAsAsked;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.lessThan;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.cancelupload.upstream.OpenAI;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(
        value = OpenAI.class,
        initArgs = {
            @ResourceArg(name = "quarkus.funqy.export", value = "cleanUpUploads"),
            @ResourceArg(name = "CANCEL_BUDGET", value = "2s")
        })
class CleanUpBudgetTest {

    OpenAI openai;

    @Test
    void whatCouldNotBeTriedInTimeIsReportedAsNotTried() {
        openai.reset();
        Lambda.warmUp();
        openai.answersAnything(cancelledAsAsked().withFixedDelay(3000));
        String list = "["
                + String.join(
                        ",",
                        IntStream.range(0, 100)
                                .mapToObj(i -> "\"upload_" + i + "\"")
                                .toList()) + "]";
        Lambda.Response response = Lambda.post(list);
        assertEquals("CleanUpIncomplete", response.json().getString("errorType"));
        assertThat(
                response.json().getString("errorMessage"),
                allOf(containsString("100 of 100 uploads"), containsString("upload_99 (not tried)")));
        assertThat(response.millis(), lessThan(2800L));
    }
}
