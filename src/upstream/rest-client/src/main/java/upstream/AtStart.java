package upstream;

import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.util.TreeSet;

/** An application with the REST client extension and no client, no event bus consumer, no server: prints what was started. */
@QuarkusMain
public class AtStart implements QuarkusApplication {

    @Override
    public int run(String... arguments) {
        TreeSet<String> threads = new TreeSet<>();
        Thread.getAllStackTraces().keySet().forEach(thread -> threads.add(thread.getName()));
        System.out.println("threads: " + threads);
        System.out.println("look-ups in one configuration source: " + CountingSource.lookUps.get() + ", of "
                + CountingSource.names.size() + " names");
        return 0;
    }
}
