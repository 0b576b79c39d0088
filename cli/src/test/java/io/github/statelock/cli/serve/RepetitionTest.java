package io.github.statelock.cli.serve;

import static io.github.statelock.cli.serve.Store.KEY;
import static io.github.statelock.cli.serve.Store.client;
import static io.github.statelock.cli.serve.Store.state;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.LockInfo;
import io.github.statelock.cli.serve.Served.Reply;
import io.github.statelock.terraform.LockInfoCodec;
import io.github.statelock.testkit.ArmedFault;
import io.github.statelock.testkit.Fault;
import io.github.statelock.testkit.FaultyDriver.Operation;
import io.github.statelock.testkit.FaultyStateDriver;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Requests that come twice, or late, and servers that go and come: both clients repeat what was not answered. */
@Tag("real-time")
class RepetitionTest {

    private final Store store = new Store();
    private final Served served = store.serve();
    private final LockInfo client = client();

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void aRepeatedLockIsTakenStill() {
        assertThat(served.lock(client).status()).isEqualTo(200);
        assertThat(served.lock(client).status()).isEqualTo(200);
        assertThat(store.lock().orElseThrow().hasId(client.id())).isTrue();
    }

    @Test
    void aLockWhoseAnswerFromTheStoreIsLostIsTaken() {
        ArmedFault lost = served.lockFaults().arm(Operation.ACQUIRE, Fault.LOST_ANSWER);
        assertThat(served.lock(client).status()).isEqualTo(200);
        lost.assertFired();
        assertThat(served.unlock(client).status()).isEqualTo(200);
        assertThat(store.lock()).isEmpty();
    }

    @Test
    void aLockOfUnknownOutcomeIsTakenByTheClientThatRepeatsItsRequest() {
        Served quick = store.serve(Store.PLAIN, options -> options.callTimeout(Duration.ofMillis(500)));
        ArmedFault late = quick.lockFaults().arm(Operation.ACQUIRE, Fault.LATE, Integer.MAX_VALUE);
        Reply unknown = quick.lock(client);
        assertThat(unknown.status()).isEqualTo(500);
        assertThat(unknown.body()).contains(client.id());
        late.disarm();
        assertThat(quick.lock(client).status()).isEqualTo(200);
        assertThat(quick.lock(client()).status()).isEqualTo(423);
        assertThat(quick.unlock(client).status()).isEqualTo(200);
    }

    @Test
    void concurrentLocksWithOneIdAreBothTaken() {
        ArmedFault hung = served.lockFaults().arm(Operation.ACQUIRE, Fault.HANG_AFTER);
        CompletableFuture<Reply> first = locking(client);
        hung.awaitFired();
        CompletableFuture<Reply> second = locking(client);
        hung.letGo();
        assertThat(first.join().status()).isEqualTo(200);
        assertThat(second.join().status()).isEqualTo(200);
        assertThat(store.lock().orElseThrow().hasId(client.id())).isTrue();
    }

    @Test
    void aRepeatedUnlockIsAnsweredAsTheFirst() {
        served.lock(client);
        assertThat(served.unlock(client).status()).isEqualTo(200);
        assertThat(served.unlock(client).status()).isEqualTo(200);
        LockInfo next = client();
        served.lock(next);
        assertThat(served.unlock(client).status()).as("released already").isEqualTo(200);
        assertThat(store.lock().orElseThrow().hasId(next.id())).isTrue();
    }

    @Test
    void anUnlockWhoseAnswerFromTheStoreIsLostIsAnswered() {
        served.lock(client);
        ArmedFault lost = served.lockFaults().arm(Operation.RELEASE, Fault.LOST_ANSWER);
        assertThat(served.unlock(client).status()).isEqualTo(200);
        lost.assertFired();
    }

    @Test
    void aLockThatComesAfterItsUnlockIsRefused() {
        served.lock(client);
        served.unlock(client);
        Reply late = served.lock(client);
        assertThat(late.status()).isEqualTo(409);
        assertThat(late.body()).contains("late duplicate");
        assertThat(store.lock()).isEmpty();
        assertThat(served.lock(client()).status()).isEqualTo(200);
    }

    @Test
    void itIsRefusedForAnHourAndNoLonger() {
        served.lock(client);
        served.unlock(client);
        store.ticker.advance(ReleasedIds.REMEMBERED.minusSeconds(1));
        assertThat(served.lock(client).status()).isEqualTo(409);
        store.ticker.advance(Duration.ofSeconds(1));
        assertThat(served.lock(client).status()).isEqualTo(200);
    }

    @Test
    void aLockThatIsLetInJustBeforeTheUnlockOfItsIdGivesBackWhatItTakes() {
        served.lock(client);
        ArmedFault hung = served.lockFaults().arm(Operation.ACQUIRE, Fault.HANG_BEFORE);
        CompletableFuture<Reply> duplicate = locking(client);
        hung.awaitFired();
        assertThat(served.unlock(client).status()).isEqualTo(200);
        hung.letGo();
        assertThat(duplicate.join().status()).isEqualTo(409);
        assertThat(store.lock()).isEmpty();
    }

    @Test
    void aLockThatComesWhileTheStoreReleasesItIsRefused() {
        served.lock(client);
        ArmedFault hung = served.lockFaults().arm(Operation.RELEASE, Fault.HANG_AFTER);
        CompletableFuture<Reply> unlocking =
                served.sending(served.request("UNLOCK", Served.PATH, LockInfoCodec.encode(client)));
        hung.awaitFired();
        assertThat(served.lock(client).status()).isEqualTo(409);
        hung.letGo();
        assertThat(unlocking.join().status()).isEqualTo(200);
        assertThat(store.lock()).isEmpty();
    }

    @Test
    void aRequestToTheStoreThatArrivesAfterTheUnlockLocksNobodyOut() {
        ArmedFault late = served.lockFaults().arm(Operation.ACQUIRE, Fault.LATE);
        assertThat(served.lock(client).status()).isEqualTo(200);
        late.assertFired();
        served.unlock(client);
        late.letGo();
        assertThat(store.lock().orElseThrow().hasId(client.id())).isTrue();
        LockInfo next = client();
        assertThat(served.lock(next).status()).isEqualTo(200);
        assertThat(store.lock().orElseThrow().hasId(next.id())).isTrue();
    }

    @Test
    void itDoesNotStopAWriteWithoutLockEither() {
        ArmedFault late = served.lockFaults().arm(Operation.ACQUIRE, Fault.LATE);
        served.lock(client);
        served.unlock(client);
        late.letGo();
        assertThat(served.post(state(1, "a")).status()).isEqualTo(200);
        assertThat(store.lock()).isEmpty();
    }

    @Test
    void anUnlockWithoutBodyThatIsRepeatedSparesTheNextHolder() {
        served.lock(client);
        assertThat(served.unlockWithoutBody().status()).isEqualTo(200);
        LockInfo next = client();
        served.lock(next);
        Reply repeated = served.unlockWithoutBody();
        assertThat(repeated.status()).isEqualTo(409);
        assertThat(repeated.holder().id()).isEqualTo(next.id());
        assertThat(store.lock().orElseThrow().hasId(next.id())).isTrue();
        store.ticker.advance(LockRequests.FORCE_REPEATED);
        assertThat(served.unlockWithoutBody().status()).isEqualTo(200);
        assertThat(store.lock()).isEmpty();
    }

    @Test
    void locksOutliveTheServer() {
        served.lock(client);
        assertThat(served.post(state(1, "a"), client.id()).status()).isEqualTo(200);
        served.close();
        Served next = store.serve();
        assertThat(next.lock(client()).status()).isEqualTo(423);
        assertThat(next.lock(client).status()).isEqualTo(200);
        assertThat(next.post(state(2, "b"), client.id()).status()).isEqualTo(200);
        next.close();
        Served last = store.serve();
        assertThat(last.get().body()).contains("\"serial\":2");
        assertThat(last.unlock(client).status()).isEqualTo(200);
        assertThat(store.lock()).isEmpty();
        assertThat(last.unlock(client).status()).isEqualTo(200);
    }

    @Test
    void aRepeatedWriteIsApplied() {
        served.lock(client);
        for (int i = 0; i < 2; i++) {
            assertThat(served.post(state(5, "a"), client.id()).status()).isEqualTo(200);
        }
        Served strict = store.serve(Store.strict());
        assertThat(strict.post(state(5, "a"), client.id()).status()).isEqualTo(200);
    }

    @Test
    void aWriteWhoseAnswerFromTheStoreIsLostIsApplied() {
        served.lock(client);
        ArmedFault lost = served.stateFaults().arm(FaultyStateDriver.Operation.WRITE, Fault.LOST_ANSWER);
        assertThat(served.post(state(5, "a"), client.id()).status()).isEqualTo(200);
        lost.assertFired();
        assertThat(store.state().orElseThrow()).contains("\"serial\":5");
    }

    @Test
    void aWriteThatComesAfterANewerOneUnderTheSameLockIsRefused() {
        served.lock(client);
        served.post(state(5, "a"), client.id());
        served.post(state(6, "b"), client.id());
        Reply late = served.post(state(5, "a"), client.id());
        assertThat(late.status()).isEqualTo(409);
        assertThat(late.body()).contains("late duplicate");
        assertThat(store.state().orElseThrow()).contains("\"serial\":6");
    }

    @Test
    void aWriteThatComesAfterTheUnlockIsRefusedWhoeverHoldsTheLock() {
        served.lock(client);
        served.post(state(5, "a"), client.id());
        served.unlock(client);
        assertThat(served.post(state(5, "a"), client.id()).status()).isEqualTo(409);
        LockInfo next = client();
        served.lock(next);
        Reply refused = served.post(state(5, "a"), client.id());
        assertThat(refused.status()).isEqualTo(423);
        assertThat(refused.holder().id()).isEqualTo(next.id());
    }

    @Test
    void noWriteTakesEffectAfterTheUnlockOfItsLockWasAnswered() {
        served.lock(client);
        ArmedFault hung = served.stateFaults().arm(FaultyStateDriver.Operation.WRITE, Fault.HANG_BEFORE);
        CompletableFuture<Reply> duplicate =
                served.sending(served.request("POST", Served.PATH + "?ID=" + client.id(), state(5, "a")));
        hung.awaitFired();
        Reply waits = served.unlock(client);
        assertThat(waits.status()).isEqualTo(503);
        assertThat(waits.response().headers().firstValue("Retry-After")).isPresent();
        assertThat(store.lock()).isPresent();
        assertThat(served.lock(client()).status())
                .as("who only asks does not wait")
                .isEqualTo(423);
        hung.letGo();
        assertThat(duplicate.join().status()).isEqualTo(200);
        assertThat(served.unlock(client).status()).isEqualTo(200);
    }

    @Test
    void twoClientsThatRepeatEverythingNeverHoldTheLockTogether() {
        LockInfo other = client();
        for (LockInfo one : List.of(client, other)) {
            assertThat(served.lock(one).status()).isEqualTo(200);
            assertThat(served.lock(one).status()).isEqualTo(200);
            LockInfo loser = one.equals(client) ? other : client();
            assertThat(served.lock(loser).status()).isEqualTo(423);
            assertThat(served.unlock(one).status()).isEqualTo(200);
            assertThat(served.unlock(one).status()).isEqualTo(200);
            assertThat(served.lock(one).status()).isEqualTo(409);
        }
        assertThat(store.drivers.locks().observe(KEY)).isEmpty();
    }

    private CompletableFuture<Reply> locking(LockInfo info) {
        return served.sending(served.request("LOCK", Served.PATH, LockInfoCodec.encode(info)));
    }
}
