package io.github.statelock.cli.serve;

import static io.github.statelock.cli.serve.Store.client;
import static io.github.statelock.cli.serve.Store.state;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.LockInfo;
import io.github.statelock.cli.serve.Served.Reply;
import io.github.statelock.testkit.ArmedFault;
import io.github.statelock.testkit.Fault;
import io.github.statelock.testkit.FaultyStateDriver.Operation;
import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The bytes of all states in memory are bounded together. */
class BudgetTest {

    private static final int MOST = 100_000;

    private final Store store = new Store();
    private final ByteBudget budget = new ByteBudget(MOST);

    @AfterEach
    void close() {
        store.close();
    }

    private Served serve() {
        store.budget = budget;
        return store.serve();
    }

    private static byte[] large(int size) {
        String head = new String(state(1, "a"), UTF_8);
        return (head + " ".repeat(size - head.length())).getBytes(UTF_8);
    }

    @Test
    void whatCanNeverFitIsTooLarge() {
        Served served = serve();
        Reply refused = served.post(large(MOST + 1));
        assertThat(refused.status()).isEqualTo(413);
        assertThat(refused.body()).contains("-Xmx");
        HttpRequest.Builder chunked = served.request(Served.PATH)
                .header("Content-MD5", Served.md5(large(MOST + 1)))
                .POST(HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(large(MOST + 1))));
        assertThat(served.send(chunked).status()).isIn(413, 503);
        assertThat(served.post(large(MOST)).status()).isEqualTo(200);
        assertThat(store.state()).isPresent();
        assertThat(budget.used()).isZero();
    }

    @Test
    void beyondTheBudgetAStateIsNotReadAndItsClientComesAgain() throws Exception {
        Served served = serve();
        LockInfo client = client();
        try (Raw slow = new Raw(served.port())) {
            slow.send("POST /slow HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n\r\nabc");
            awaitUsed(60_000);
            Reply refused = served.post(large(60_000));
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.response().headers().firstValue("Retry-After")).isPresent();
            assertThat(served.visit().received()).isZero();
            assertThat(store.state()).isEmpty();
            assertThat(served.lock(client).status())
                    .as("a lock needs no budget")
                    .isEqualTo(200);
            assertThat(served.post(large(40_000), client.id()).status()).isEqualTo(200);
        }
        awaitUsed(0);
        assertThat(served.post(large(60_000), client.id()).status()).isEqualTo(200);
    }

    @Test
    void aChunkedStateGrowsWithinTheBudget() {
        Served served = serve();
        byte[] body = large(30_000);
        HttpRequest.Builder chunked = served.request(Served.PATH)
                .header("Content-MD5", Served.md5(body))
                .POST(HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)));
        assertThat(served.send(chunked).status()).isEqualTo(200);
        assertThat(store.state()).contains(new String(body, UTF_8));
        assertThat(budget.used()).isZero();
    }

    /** The budget has no place for two of them at a time, while the first of them is read. */
    @Test
    void statesThatAreReadCountToo() {
        Served served = serve();
        served.post(large(60_000));
        assertThat(served.get().status()).isEqualTo(200); // its size is known from now on
        ArmedFault hung = served.stateFaults().arm(Operation.READ, Fault.HANG_BEFORE);
        CompletableFuture<Reply> reading = served.sending(served.request(Served.PATH));
        hung.awaitFired();
        assertThat(budget.used()).isEqualTo(60_000);
        assertThat(served.get().status()).isEqualTo(503);
        hung.letGo();
        assertThat(reading.join().status()).isEqualTo(200);
        assertThat(served.get().status()).isEqualTo(200);
    }

    @Test
    void whatWasRefusedOrFailedIsGivenBack() {
        Served served = serve();
        ArmedFault denied = served.stateFaults().arm(Operation.WRITE, Fault.DENIED);
        assertThat(served.post(large(50_000)).status()).isEqualTo(403);
        denied.assertFired();
        served.send(served.request("POST", Served.PATH, large(50_000)).header("Origin", "https://a.example"));
        served.post(large(50_000), client().id());
        awaitUsed(0);
    }

    private void awaitUsed(long bytes) {
        while (budget.used() != bytes) {
            Thread.onSpinWait();
        }
    }
}
