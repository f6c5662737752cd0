package upstream;

import io.quarkus.funqy.Funq;

/** A function that fails, as functions do. */
public class Failing {

    /** @return never */
    @Funq
    public String failing(String event) {
        throw new IllegalStateException("this is what the caller has to be told");
    }
}
