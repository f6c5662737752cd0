package dev.cancelupload.http;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** How a name becomes addresses. */
enum Lookup {

    /** On a thread of its own, since the resolver has no time-out. */
    WITHIN_BUDGET {
        @Override
        InetAddress[] resolve(String host, Budget budget) throws IOException {
            FutureTask<InetAddress[]> lookup = new FutureTask<>(() -> InetAddress.getAllByName(host));
            Thread thread = new Thread(lookup, "resolve " + host);
            thread.setDaemon(true);
            thread.start();
            try {
                return lookup.get(budget.leftForSocket(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                throw new DeadlineException();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new DeadlineException();
            } catch (ExecutionException e) {
                throw new UnknownHostException(host);
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

    abstract InetAddress[] resolve(String host, Budget budget) throws IOException;
}
