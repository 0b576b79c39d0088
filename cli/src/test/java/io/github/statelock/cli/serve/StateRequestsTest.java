package io.github.statelock.cli.serve;

import static io.github.statelock.cli.serve.Store.KEY;
import static io.github.statelock.cli.serve.Store.client;
import static io.github.statelock.cli.serve.Store.state;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.HeldLock;
import io.github.statelock.LockInfo;
import io.github.statelock.LockOptions;
import io.github.statelock.WriteCondition;
import io.github.statelock.cli.serve.Served.Reply;
import io.github.statelock.testkit.ArmedFault;
import io.github.statelock.testkit.Fault;
import io.github.statelock.testkit.FaultyDriver;
import io.github.statelock.testkit.FaultyStateDriver.Operation;
import java.net.http.HttpRequest;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** GET, POST and DELETE, with and without a lock. */
class StateRequestsTest {

    private final Store store = new Store();
    private final Served served = store.serve();
    private final LockInfo client = client();

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void whatIsPostedIsReadByteForByte() {
        assertThat(served.get().status()).isEqualTo(404);
        served.lock(client);
        byte[] content = state(1, "grüße");
        assertThat(served.post(content, client.id()).status()).isEqualTo(200);
        Reply read = served.get();
        assertThat(read.status()).isEqualTo(200);
        assertThat(read.response().body()).isEqualTo(content);
        assertThat(read.response().headers().firstValue("Content-Type")).contains("application/json");
    }

    @Test
    void headTellsTheSize() {
        served.post(state(1, "a"));
        Reply head = served.send(served.request(Served.PATH).method("HEAD", HttpRequest.BodyPublishers.noBody()));
        assertThat(head.status()).isEqualTo(200);
        assertThat(head.response().headers().firstValueAsLong("Content-Length")).hasValue(state(1, "a").length);
    }

    @Test
    void putIsTakenLikePost() {
        assertThat(served.send(served.request("PUT", Served.PATH, state(1, "a")))
                        .status())
                .isEqualTo(200);
        assertThat(store.state()).isPresent();
    }

    @Test
    void aWriteLeavesTheClientsLock() {
        served.lock(client);
        served.post(state(1, "a"), client.id());
        assertThat(store.lock().orElseThrow().hasId(client.id())).isTrue();
        assertThat(store.lock().orElseThrow().lease()).isEmpty();
    }

    @Test
    void aFailedWriteLeavesTheClientsLockToo() {
        served.lock(client);
        ArmedFault denied = served.stateFaults().arm(Operation.WRITE, Fault.DENIED);
        assertThat(served.post(state(1, "a"), client.id()).status()).isEqualTo(403);
        denied.assertFired();
        assertThat(store.lock().orElseThrow().hasId(client.id())).isTrue();
        assertThat(served.post(state(1, "a"), client.id()).status()).isEqualTo(200);
    }

    @Test
    void aWriteUnderAnothersLockIsRefusedWithTheHolder() {
        LockInfo holder = client();
        served.lock(holder);
        for (Reply refused : new Reply[] {
            served.post(state(1, "a")),
            served.post(state(1, "a"), client.id()),
            served.send(served.request("DELETE", Served.PATH)),
            served.send(served.request("DELETE", Served.PATH + "?ID=" + client.id()))
        }) {
            assertThat(refused.status()).isEqualTo(423);
            assertThat(served.visit().reason()).doesNotContain("unlocked");
            assertThat(refused.holder().id()).isEqualTo(holder.id());
        }
        assertThat(store.state()).isEmpty();
    }

    @Test
    void aWriteThatNamesALockWhichIsNotThereIsRefused() {
        Reply refused = served.post(state(1, "a"), client.id());
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.body()).contains(client.id()).contains("not changed");
        assertThat(store.state()).isEmpty();
    }

    @Test
    void aWriteThatNamesTheLockOfALivingProcessIsRefused() throws Exception {
        try (HeldLock lock = store.other().locks().acquire(KEY, LockOptions.operation("deploy"))) {
            Reply refused = served.post(state(1, "a"), lock.info().id());
            assertThat(refused.status()).isEqualTo(423);
            assertThat(refused.holder().id()).isEqualTo(lock.info().id());
        }
    }

    @Test
    void aWriteWithoutLockTakesOneForItsTime() {
        AtomicReference<String> operation = new AtomicReference<>("");
        served.stateFaults()
                .arm(Operation.WRITE, Fault.CUT)
                .whenFired(() -> operation.set(
                        store.lock().orElseThrow().info().orElseThrow().operation()));
        assertThat(served.post(state(1, "a")).status()).isEqualTo(200);
        assertThat(operation).hasValue(StateRequests.OPERATION);
        assertThat(store.lock()).isEmpty();
    }

    /** The lock has a lease, which this process would renew as long as it lives. */
    @Test
    void theServersOwnLockIsReleasedAfterAnErrorToo() {
        served.stateFaults().arm(Operation.WRITE, Fault.THROTTLED).whenFired(() -> {
            throw new OutOfMemoryError("for a test");
        });
        Reply failed = served.post(state(1, "a"));
        assertThat(failed.status()).isEqualTo(503);
        assertThat(failed.response().headers().firstValue("Retry-After")).isPresent();
        assertThat(served.visit().reason()).contains("out of memory");
        assertThat(store.lock()).isEmpty();
        assertThat(served.post(state(1, "a")).status()).isEqualTo(200);
    }

    @Test
    void aWrittenStateIsAnsweredAsSuchEvenIfTheServersOwnLockCannotBeReleased() {
        ArmedFault denied = served.lockFaults().arm(FaultyDriver.Operation.RELEASE, Fault.DENIED);
        assertThat(served.post(state(1, "a")).status()).isEqualTo(200);
        denied.assertFired();
        assertThat(served.visit().reason()).contains("not released");
    }

    @Test
    void somebodyWhoWritesWithoutTheLockIsNotOverwritten() {
        served.lock(client);
        served.post(state(1, "a"), client.id());
        ArmedFault meanwhile = served.stateFaults().arm(Operation.WRITE, Fault.THROTTLED);
        meanwhile.whenFired(
                () -> store.other().states().write(KEY, state(9, "theirs"), WriteCondition.unconditional()));
        Reply conflict = served.post(state(2, "b"), client.id());
        meanwhile.assertFired();
        assertThat(conflict.status()).isEqualTo(409);
        assertThat(conflict.body()).contains("changed by somebody else");
        assertThat(store.state().orElseThrow()).contains("theirs");
    }

    @Test
    void aForcedPushMayLowerTheSerialAndChangeTheLineage() {
        served.post(state(7, "a"));
        served.lock(client);
        assertThat(served.post(state(3, "b"), client.id()).status()).isEqualTo(200);
        byte[] other =
                new String(state(1, "c"), UTF_8).replace("3f0b1c2d", "aaaaaaaa").getBytes(UTF_8);
        assertThat(served.post(other, client.id()).status()).isEqualTo(200);
        assertThat(store.state()).contains(new String(other, UTF_8));
    }

    @Test
    void strictRefusesWhatDoesNotFollow() {
        Served strict = store.serve(Store.strict());
        strict.post(state(7, "a"));
        strict.lock(client);
        Reply lower = strict.post(state(3, "b"), client.id());
        assertThat(lower.status()).isEqualTo(409);
        assertThat(lower.body()).contains("serial is 3");
        assertThat(strict.post(state(7, "b"), client.id()).status()).isEqualTo(409);
        byte[] other =
                new String(state(8, "c"), UTF_8).replace("3f0b1c2d", "aaaaaaaa").getBytes(UTF_8);
        assertThat(strict.post(other, client.id()).body()).contains("lineage");
        assertThat(strict.post(state(8, "b"), client.id()).status()).isEqualTo(200);
    }

    @Test
    void whatIsNoStateFileDoesNotReplaceOne() {
        byte[] other = "anything".getBytes(UTF_8);
        for (Served server : new Served[] {served, store.serve(Store.strict())}) {
            assertThat(server.post(other).status()).isEqualTo(200);
            assertThat(server.post("something else".getBytes(UTF_8)).status()).isEqualTo(200);
            assertThat(server.post(state(7, "a")).status()).isEqualTo(200);
            Reply refused = server.post(other);
            assertThat(refused.status()).isEqualTo(409);
            assertThat(refused.body()).contains("not a state file");
            assertThat(store.state().orElseThrow()).contains("\"serial\":7");
            assertThat(store.lock()).isEmpty();
            assertThat(server.send(server.request("DELETE", Served.PATH)).status())
                    .isEqualTo(200);
        }
    }

    @Test
    void deleteRemovesTheState() {
        served.post(state(1, "a"));
        served.lock(client);
        assertThat(served.send(served.request("DELETE", Served.PATH + "?ID=" + client.id()))
                        .status())
                .isEqualTo(200);
        assertThat(served.get().status()).isEqualTo(404);
        assertThat(store.lock().orElseThrow().hasId(client.id())).isTrue();
        served.unlock(client);
        assertThat(served.send(served.request("DELETE", Served.PATH)).status()).isEqualTo(200);
    }

    @Test
    void eachPathIsAStateOfItsOwn() {
        served.lock(client);
        assertThat(served.send(served.request("POST", "/a%20b/%C3%A9", state(1, "other")))
                        .status())
                .isEqualTo(200);
        assertThat(served.send(served.request("/a%20b/%c3%a9")).body()).contains("other");
        assertThat(store.other().states().list("").toString()).isEqualTo("[a b/é]");
    }

    @Test
    void readersNeitherWaitForWritersNorForLocks() {
        served.post(state(1, "a"));
        served.lock(client);
        ArmedFault hung = served.stateFaults().arm(Operation.WRITE, Fault.HANG_BEFORE);
        CompletableFuture<Reply> writing =
                served.sending(served.request("POST", Served.PATH + "?ID=" + client.id(), state(2, "b")));
        hung.awaitFired();
        assertThat(served.get().body()).contains("\"serial\":1");
        hung.letGo();
        assertThat(writing.join().status()).isEqualTo(200);
    }
}
