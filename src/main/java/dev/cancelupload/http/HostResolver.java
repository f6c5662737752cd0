package dev.cancelupload.http;

import dev.cancelupload.time.Budget;
import dev.cancelupload.time.DeadlineException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.Security;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** How a name becomes addresses. */
enum HostResolver {

    /** On a thread of its own, since the resolver has no time-out. */
    WITHIN_BUDGET {
        @Override
        InetAddress[] resolve(String host, Budget budget) throws IOException {
            try {
                if (!PLACES.tryAcquire(budget.millisLeft(), TimeUnit.MILLISECONDS)) {
                    throw new DeadlineException();
                }
                return begin(host).get(budget.millisLeft(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                throw new DeadlineException();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new DeadlineException();
            } catch (ExecutionException e) {
                throw (IOException) new UnknownHostException(host).initCause(e.getCause());
            }
        }
    },

    /** On the calling thread, for as long as the resolver takes, if there is nobody who would wait for it. */
    UNBOUNDED {
        @Override
        InetAddress[] resolve(String host, Budget budget) throws IOException {
            return InetAddress.getAllByName(host);
        }
    };

    /** One for each call of a clean-up; a thread that the resolver does not let go keeps its own. */
    private static final Semaphore PLACES = new Semaphore(100);

    /*
     * Each look-up asks. The JDK would remember for 10 s that a name is unknown, so that no retry asked, and an address for
     * 30 s by a clock that stands still while the sandbox is frozen. For the executable, in which it is decided while that
     * is built, there is runtime.graal.WithoutAddressCache.
     *
     * It reads how long once, at the first look-up, which may be that of the machine's own name for the log record that a
     * security property was set. So the address's comes first, in the form that is no security property.
     */
    static {
        System.setProperty("sun.net.inetaddr.ttl", "0");
        Security.setProperty("networkaddress.cache.negative.ttl", "0");
    }

    /**
     * @param host name or address literal
     * @return at least one
     * @throws UnknownHostException if it cannot be resolved
     * @throws DeadlineException if that is not known within the budget
     */
    abstract InetAddress[] resolve(String host, Budget budget) throws IOException;

    private static FutureTask<InetAddress[]> begin(String host) {
        FutureTask<InetAddress[]> lookup = new FutureTask<>(() -> InetAddress.getAllByName(host)) {
            @Override
            protected void done() {
                PLACES.release();
            }
        };
        Thread thread = new Thread(lookup, "resolve " + host);
        thread.setDaemon(true);
        try {
            thread.start();
        } catch (Throwable e) {
            lookup.cancel(false);
            throw e;
        }
        return lookup;
    }
}
