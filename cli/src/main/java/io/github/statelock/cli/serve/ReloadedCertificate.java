package io.github.statelock.cli.serve;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * The server's certificate and key, read again when their files change. While the files do not go together, as between the
 * replacement of one and of the other, the old ones stay in use.
 */
final class ReloadedCertificate {

    private static final Duration PERIOD = Duration.ofSeconds(30);

    private final TlsFiles files;
    private final ServerLog log;
    private final SslContextFactory.Server factory = new SslContextFactory.Server();

    /** Of the files that were looked at last. Changed by one thread at a time. */
    private volatile String seen;

    private ReloadedCertificate(TlsFiles files, ServerLog log, String seen) {
        this.files = files;
        this.log = log;
        this.seen = seen;
    }

    static ReloadedCertificate of(TlsFiles files, ServerLog log) throws IOException {
        String seen = files.digest(); // before they are read: a change in between is seen as one
        ReloadedCertificate certificate = new ReloadedCertificate(files, log, seen);
        certificate.factory.setSslContext(files.context());
        return certificate;
    }

    SslContextFactory.Server factory() {
        return factory;
    }

    void watch(Scheduler scheduler) {
        scheduler.schedule(
                () -> {
                    try {
                        look();
                    } finally {
                        if (scheduler.isRunning()) {
                            watch(scheduler);
                        }
                    }
                },
                PERIOD.toSeconds(),
                TimeUnit.SECONDS);
    }

    /** Looks whether the files changed, and takes what they have now. */
    synchronized void look() {
        String now = "";
        try {
            now = files.digest();
            if (now.equals(seen)) {
                return;
            }
            var context = files.context();
            factory.reload(changed -> changed.setSslContext(context));
            log.note("The certificate was read again, since its files changed.");
        } catch (Exception e) {
            if (!now.equals(seen)) {
                log.note("The certificate's files changed, but cannot be used; the old certificate stays in use. "
                        + e.getMessage());
            }
        }
        seen = now;
    }
}
