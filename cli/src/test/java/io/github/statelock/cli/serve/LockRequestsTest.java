package io.github.statelock.cli.serve;

import static io.github.statelock.cli.serve.Store.KEY;
import static io.github.statelock.cli.serve.Store.client;
import static io.github.statelock.cli.serve.Store.state;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.statelock.HeldLock;
import io.github.statelock.LockAttempt;
import io.github.statelock.LockInfo;
import io.github.statelock.LockLostException;
import io.github.statelock.LockOptions;
import io.github.statelock.StateBackend;
import io.github.statelock.cli.serve.Served.Reply;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** LOCK and UNLOCK as both clients send them. */
class LockRequestsTest {

    private final Store store = new Store();
    private final Served served = store.serve();

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void aLockIsARecordInTheStoreUnderTheClientsInfoAndWithoutLease() {
        LockInfo client = client();
        assertThat(served.lock(client).status()).isEqualTo(200);
        assertThat(store.lock()).hasValueSatisfying(lock -> {
            assertThat(lock.lease()).isEmpty();
            assertThat(lock.info().orElseThrow().id()).isEqualTo(client.id());
            assertThat(lock.info().orElseThrow().who()).isEqualTo(client.who());
            assertThat(lock.info().orElseThrow().created()).isEqualTo(client.created());
        });
        assertThat(served.unlock(client).status()).isEqualTo(200);
        assertThat(store.lock()).isEmpty();
    }

    @Test
    void aHeldLockIsAnsweredWithItsHolder() {
        LockInfo holder = client();
        served.lock(holder);
        Reply refused = served.lock(client());
        assertThat(refused.status()).isEqualTo(423);
        assertThat(refused.holder().id()).isEqualTo(holder.id());
        assertThat(refused.holder().who()).isEqualTo(holder.who());
        assertThat(refused.response().headers().firstValue("Content-Type")).contains("application/json");
    }

    @Test
    void theHolderMayBeAnyStatelockProcess() throws Exception {
        try (HeldLock lock = store.other().locks().acquire(KEY, LockOptions.operation("deploy"))) {
            Reply refused = served.lock(client());
            assertThat(refused.status()).isEqualTo(423);
            assertThat(refused.holder().id()).isEqualTo(lock.info().id());
            assertThat(refused.holder().operation()).isEqualTo("deploy");
        }
        assertThat(served.lock(client()).status()).isEqualTo(200);
    }

    @Test
    void aStatelockProcessIsRefusedWhileAClientHoldsTheLock() throws Exception {
        LockInfo client = client();
        served.lock(client);
        LockAttempt attempt = store.other().locks().tryAcquire(KEY, LockOptions.operation("deploy"));
        assertThat(attempt)
                .isInstanceOfSatisfying(
                        LockAttempt.Held.class,
                        held -> assertThat(held.holder().hasId(client.id())).isTrue());
    }

    @Test
    void anUnreadableRecordCountsAsHeldAndForceUnlockTakesWhatTheAnswerCallsItsId() {
        store.drivers.putUnreadableLock(KEY);
        Reply refused = served.lock(client());
        assertThat(refused.status()).isEqualTo(423);
        assertThat(refused.holder().info()).contains("unreadable");
        assertThat(served.unlockById("no-such-id").status()).isEqualTo(409);
        assertThat(served.unlockById(refused.holder().id()).status()).isEqualTo(200);
        assertThat(store.lock()).isEmpty();
    }

    @Test
    void aHolderWhoseRecordIsTooLongForAnAnswerIsStillNamed() {
        store.drivers.putLongLock(KEY, "long-one", "x".repeat(10_000));
        Reply refused = served.lock(client());
        assertThat(refused.status()).isEqualTo(423);
        assertThat(refused.holder().id()).isEqualTo("long-one");
    }

    /** It may be a path on this machine. */
    @Test
    void whereTheHoldersRecordIsIsNotTold() {
        LockInfo holder = client();
        LockInfo local = new LockInfo(
                holder.id(),
                holder.operation(),
                holder.info(),
                holder.who(),
                holder.version(),
                holder.created(),
                "/var/lib/states/prod/lock");
        store.drivers.putForeignLock(KEY, local);
        Reply refused = served.lock(client());
        assertThat(refused.status()).isEqualTo(423);
        assertThat(refused.holder().id()).isEqualTo(holder.id());
        assertThat(refused.holder().path()).isEqualTo(KEY.value());
        assertThat(refused.body()).doesNotContain("/var/lib");
    }

    @Test
    void theUnlockOfAnotherHoldersLockIsAConflictThatNamesTheHolder() {
        LockInfo holder = client();
        served.lock(holder);
        Reply refused = served.unlock(client());
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.holder().id()).isEqualTo(holder.id());
        assertThat(store.lock()).isPresent();
    }

    @Test
    void openTofusForceUnlockNamesTheLockByItsIdAlone() {
        LockInfo holder = client();
        served.lock(holder);
        assertThat(served.unlockById(holder.id()).status()).isEqualTo(200);
        assertThat(store.lock()).isEmpty();
    }

    @Test
    void terraformsForceUnlockHasNoBodyAndBreaksWhateverLockIsThere() {
        store.drivers.putForeignLock(KEY, client());
        assertThat(served.unlockWithoutBody().status()).isEqualTo(200);
        assertThat(store.lock()).isEmpty();
        assertThat(served.unlockWithoutBody().status()).isEqualTo(200);
    }

    @Test
    void anUnreadableRecordIsBrokenWithoutABodyToo() {
        store.drivers.putUnreadableLock(KEY);
        assertThat(served.unlockWithoutBody().status()).isEqualTo(200);
        assertThat(store.lock()).isEmpty();
    }

    @Test
    void theLeasedLockOfALivingProcessIsBrokenByItsId() throws Exception {
        StateBackend other = store.other();
        HeldLock lock = other.locks()
                .acquire(KEY, LockOptions.builder().lease(Duration.ofSeconds(5)).build());
        assertThat(served.unlockById(lock.info().id()).status()).isEqualTo(200);
        assertThat(store.lock()).isEmpty();
        assertThatThrownBy(lock::release).isInstanceOf(LockLostException.class);
    }

    @Test
    void whoseLockWasBrokenWritesNoMore() {
        LockInfo holder = client();
        served.lock(holder);
        assertThat(served.post(state(1, "a"), holder.id()).status()).isEqualTo(200);
        served.unlockById(holder.id());
        Reply refused = served.post(state(2, "b"), holder.id());
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.body()).contains("not locked").contains("not changed");
        assertThat(store.state().orElseThrow()).contains("\"serial\":1");
    }

    @Test
    void aLockInfoNeedsAnIdAndABoundedSize() {
        assertThat(served.send(served.request("LOCK", Served.PATH, new byte[0])).status())
                .isEqualTo(400);
        for (String body : new String[] {
            "{}", "[]", "nonsense", "{\"ID\":\" \"}", "{\"ID\":\"a\\u0007b\"}", "{\"ID\":\"" + "x".repeat(257) + "\"}"
        }) {
            assertThat(served.send(served.request("LOCK", Served.PATH, body.getBytes(UTF_8)))
                            .status())
                    .as(body)
                    .isEqualTo(400);
            assertThat(served.send(served.request("UNLOCK", Served.PATH, body.getBytes(UTF_8)))
                            .status())
                    .as(body)
                    .isEqualTo(400);
        }
        byte[] long1 = ("{\"ID\":\"a\",\"Info\":\"" + "x".repeat(5000) + "\"}").getBytes(UTF_8);
        assertThat(served.send(served.request("LOCK", Served.PATH, long1)).status())
                .isEqualTo(400);
        byte[] huge = ("{\"ID\":\"a\",\"Info\":\"" + "x".repeat(70_000) + "\"}").getBytes(UTF_8);
        assertThat(served.send(served.request("LOCK", Served.PATH, huge)).status())
                .isEqualTo(413);
        assertThat(store.lock()).isEmpty();
    }
}
