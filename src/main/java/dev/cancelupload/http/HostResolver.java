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

/** Resolves host names. */
enum HostResolver {

    /** Resolves on a separate thread, since the JDK's resolver has no timeout. */
    WITHIN_BUDGET {
        @Override
        InetAddress[] resolve(String host, Budget budget) throws IOException {
            try {
                if (!THREADS.tryAcquire(budget.remainingMillis(), TimeUnit.MILLISECONDS)) {
                    throw new DeadlineException();
                }
                return start(host).get(budget.remainingMillis(), TimeUnit.MILLISECONDS);
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

    /** Resolves on the calling thread without a timeout, for the connection during init. */
    UNBOUNDED {
        @Override
        InetAddress[] resolve(String host, Budget budget) throws IOException {
            return InetAddress.getAllByName(host);
        }
    };

    /** Bounds the threads: one per call of a clean-up. A thread that hangs in the resolver keeps its permit. */
    private static final Semaphore THREADS = new Semaphore(100);

    /*
     * Disables the JDK's DNS cache. It keeps an unknown name for 10 s, so that no retry would query again, and an address
     * for 30 s by a clock that stops while the sandbox is frozen. WithoutAddressCache does the same in the executable,
     * where these times are fixed at image build time.
     *
     * The JDK reads both times at its first look-up, which may be that of the machine's own name for the log record of
     * Security.setProperty. So the time for addresses is set first, by a system property.
     */
    static {
        System.setProperty("sun.net.inetaddr.ttl", "0");
        Security.setProperty("networkaddress.cache.negative.ttl", "0");
    }

    /**
     * @param host name or address literal
     * @return at least one address
     * @throws UnknownHostException if it cannot be resolved
     * @throws DeadlineException if the resolver does not answer within the budget
     */
    abstract InetAddress[] resolve(String host, Budget budget) throws IOException;

    private static FutureTask<InetAddress[]> start(String host) {
        FutureTask<InetAddress[]> lookup = new FutureTask<>(() -> InetAddress.getAllByName(host)) {
            @Override
            protected void done() {
                THREADS.release();
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
