package dev.cancelupload;

import dev.cancelupload.upstream.OpenAI;
import org.junit.jupiter.api.BeforeEach;

/** Base class of the tests of one function against a mock of OpenAI. */
abstract class AgainstOpenAI {

    OpenAI openai;

    @BeforeEach
    void nothingHappenedYet() {
        openai.reset();
        Lambda.warmUp();
        openai.reset();
    }
}
