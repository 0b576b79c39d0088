package io.github.statelock.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.concurrent.ThreadPoolExecutor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one thread of the renewals while a lease is kept, so that the usual renewal needs no new thread: the system may have
 * none left. Safe for use by several threads.
 */
final class WarmThread {

    private static final Logger LOG = LoggerFactory.getLogger(WarmThread.class);

    private final ThreadPoolExecutor threads;
    private final Object lock = new Object();

    @GuardedBy("lock")
    private int leases;

    WarmThread(ThreadPoolExecutor threads) {
        this.threads = threads;
    }

    /** A lease is kept from now on. */
    void leaseStarted() {
        synchronized (lock) {
            leases++;
            if (leases != 1) {
                return;
            }
            threads.setCorePoolSize(1);
        }
        try {
            threads.prestartCoreThread();
        } catch (Throwable e) { // the renewal will try again
            LOG.warn("No thread could be started for renewals", e);
        }
    }

    /** A lease is not kept any more. The thread ends after the usual idle time. */
    void leaseEnded() {
        synchronized (lock) {
            leases--;
            if (leases == 0) {
                threads.setCorePoolSize(0);
            }
        }
    }
}
