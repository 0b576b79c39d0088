package io.github.statelock.cli.serve;

import static io.github.statelock.cli.serve.Store.client;
import static io.github.statelock.cli.serve.Store.state;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.LockInfo;
import io.github.statelock.cli.serve.Served.Reply;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MetricsTest {

    private final Store store = new Store();

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void requestsLocksAndMemoryAreShownAsTextForPrometheus() {
        Served served = store.serve();
        LockInfo client = client();
        served.lock(client);
        served.lock(client());
        served.post(state(1, "a"), client.id());
        for (int i = 0; i < 3; i++) {
            served.visit(); // counted when the line is written
        }
        Reply metrics = served.send(served.request("/metrics"));
        assertThat(metrics.status()).isEqualTo(200);
        assertThat(metrics.response().headers().firstValue("Content-Type").orElseThrow())
                .startsWith("text/plain; version=0.0.4");
        assertThat(metrics.body())
                .contains("statelock_http_requests_seconds_count{operation=\"lock\",status=\"200\"} 1")
                .contains("statelock_http_requests_seconds_count{operation=\"lock\",status=\"423\"} 1")
                .contains("statelock_http_requests_seconds_count{operation=\"write\",status=\"200\"} 1")
                .contains("statelock_http_locks_held 1")
                .contains("statelock_http_requests_active 1")
                .contains("statelock_http_memory_used_bytes 0")
                .contains("statelock_http_memory_limit_bytes ")
                .contains("statelock_http_refusals_total{reason=\"memory\"} 0")
                .contains("jvm_memory_used_bytes")
                .doesNotContain("network.tfstate")
                .doesNotContain(client.id());
        served.unlock(client);
        assertThat(served.send(served.request("/metrics")).body()).contains("statelock_http_locks_held 0");
    }

    @Test
    void theyNeedThePasswordThatAllNeed() {
        Served served = store.serve(Store.with(Authentication.none().orBearer("t")));
        assertThat(served.send(served.request("/metrics")).status()).isEqualTo(401);
        assertThat(served.send(served.request("/metrics").header("Authorization", "Bearer t"))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void noStateIsNamedMetrics() {
        Served served = store.serve();
        assertThat(served.send(served.request("POST", "/metrics", state(1, "a")))
                        .status())
                .isEqualTo(400);
    }
}
