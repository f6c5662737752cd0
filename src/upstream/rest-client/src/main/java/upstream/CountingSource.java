package upstream;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.microprofile.config.spi.ConfigSource;

/** A configuration source without a property, which counts how often it is asked for one. */
public class CountingSource implements ConfigSource {

    static final AtomicInteger lookUps = new AtomicInteger();
    static final Set<String> names = ConcurrentHashMap.newKeySet();

    @Override
    public String getValue(String name) {
        lookUps.incrementAndGet();
        names.add(name);
        return null;
    }

    @Override
    public Set<String> getPropertyNames() {
        return Set.of();
    }

    @Override
    public String getName() {
        return "counting";
    }
}
