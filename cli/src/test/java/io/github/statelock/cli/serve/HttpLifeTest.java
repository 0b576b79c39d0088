package io.github.statelock.cli.serve;

import static io.github.statelock.cli.serve.Store.KEY;
import static io.github.statelock.cli.serve.Store.client;
import static io.github.statelock.cli.serve.Store.state;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.StateKey;
import io.github.statelock.cli.serve.Served.Reply;
import io.github.statelock.testkit.ArmedFault;
import io.github.statelock.testkit.Fault;
import io.github.statelock.testkit.FaultyStateDriver.Operation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Slow clients, large states, the end of the server. */
class HttpLifeTest {

    private final Store store = new Store();

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void slowClientsDoNotKeepOthersWaiting() throws Exception {
        Served served = store.serve();
        List<Raw> slow = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            Raw raw = new Raw(served.port());
            raw.send("POST " + Served.PATH + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nabc");
            slow.add(raw);
        }
        assertThat(served.send(served.request("/healthz")).status()).isEqualTo(200);
        assertThat(served.lock(client()).status()).isEqualTo(200);
        for (Raw raw : slow) {
            raw.close();
        }
    }

    @Test
    void aStopLetsTheRequestsUnderWayEndAndRefusesNewOnes() throws Exception {
        Served served = store.serve();
        ArmedFault hung = served.stateFaults().arm(Operation.WRITE, Fault.HANG_BEFORE);
        CompletableFuture<Reply> writing = served.sending(served.request("POST", Served.PATH, state(1, "a")));
        hung.awaitFired();
        CompletableFuture<Integer> stop = CompletableFuture.supplyAsync(() -> stop(served, Duration.ofSeconds(30)));
        int status;
        do {
            status = served.send(served.request("/healthz")).status();
        } while (status == 200);
        assertThat(status).isEqualTo(503);
        assertThat(stop).isNotDone();
        hung.letGo();
        assertThat(writing.join().status()).isEqualTo(200);
        assertThat(stop.join()).isZero();
        assertThat(store.state()).isPresent();
    }

    @Test
    void aStopWaitsNoLongerThanItsGrace() throws Exception {
        Served served = store.serve();
        ArmedFault hung = served.stateFaults().arm(Operation.WRITE, Fault.HANG_BEFORE);
        CompletableFuture<Reply> writing = served.sending(served.request("POST", Served.PATH, state(1, "a")));
        hung.awaitFired();
        assertThat(stop(served, Duration.ofMillis(50))).isEqualTo(1);
        assertThat(writing.handle((reply, failure) -> failure != null).join()).isTrue();
    }

    @Test
    void aLargeStateGoesThereAndBack() {
        Served served = store.serve();
        byte[] large = "0123456789abcdef".repeat(1 << 20).getBytes(UTF_8);
        assertThat(served.send(served.request("POST", "/large", large)).status())
                .isEqualTo(200);
        assertThat(served.send(served.request("/large")).response().body()).isEqualTo(large);
        assertThat(store.other().states().read(StateKey.of("large"))).isPresent();
        assertThat(store.drivers.locks().observe(KEY)).isEmpty();
    }

    private static int stop(Served served, Duration grace) {
        try {
            return served.server.stop(grace);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
