package io.github.statelock.cli.serve;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** What {@code /metrics} shows. Keys and lock IDs are no tags: there are too many, and they may be secret. Safe for several threads. */
final class Metrics implements AutoCloseable {

    private static final String REFUSALS =
            "Requests refused and connections closed because the server had no room for them.";

    static final String TYPE = "text/plain; version=0.0.4; charset=utf-8";

    /** Why a request was refused, or a connection closed, for the server's own sake. */
    enum Reason {
        THREADS,
        CLIENT_REQUESTS,
        CONNECTIONS,
        PASSWORD_GUESSES
    }

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    Metrics() {
        new JvmMemoryMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        for (Reason reason : Reason.values()) {
            refusals(reason); // so that they are there, and zero
        }
    }

    void gauge(String name, String description, Supplier<Number> value) {
        Gauge.builder("statelock.http." + name, value).description(description).register(registry);
    }

    /** Refusals because memory is full, which the budget counts. */
    void memoryRefusals(ByteBudget budget) {
        FunctionCounter.builder("statelock.http.refusals", budget, ByteBudget::refusals)
                .description(REFUSALS)
                .tag("reason", "memory")
                .register(registry);
    }

    void answered(String operation, int status, long nanos) {
        Timer.builder("statelock.http.requests")
                .description("Requests that were answered.")
                .tag("operation", operation)
                .tag("status", Integer.toString(status))
                .register(registry)
                .record(nanos, TimeUnit.NANOSECONDS);
    }

    void refused(Reason reason) {
        refusals(reason).increment();
    }

    private Counter refusals(Reason reason) {
        return Counter.builder("statelock.http.refusals")
                .description(REFUSALS)
                .tag("reason", reason.name().toLowerCase(Locale.ROOT))
                .register(registry);
    }

    String text() {
        return registry.scrape(TYPE);
    }

    @Override
    public void close() {
        registry.close();
    }
}
