package dev.cancelupload;

import dev.cancelupload.upstream.OpenAI;
import org.junit.jupiter.api.BeforeEach;

/** Tests of one function behind which OpenAI's stand-in answers. */
abstract class AgainstOpenAI {

    OpenAI openai;

    @BeforeEach
    void nothingHappenedYet() {
        openai.reset();
        Lambda.warmUp();
        openai.reset();
    }
}
