package io.github.statelock.local;

import static io.github.statelock.local.Locks.KEY;
import static io.github.statelock.local.Locks.acquired;
import static io.github.statelock.local.Locks.leased;
import static io.github.statelock.local.Locks.taken;
import static io.github.statelock.local.Locks.unleased;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.statelock.ObservedLock;
import io.github.statelock.StateCorruptException;
import io.github.statelock.StateKey;
import io.github.statelock.spi.AcquireOutcome;
import io.github.statelock.spi.FenceOutcome;
import io.github.statelock.spi.LeaseBounds;
import io.github.statelock.spi.LockDriver;
import io.github.statelock.spi.LockProposal;
import io.github.statelock.spi.OwnedLock;
import io.github.statelock.spi.ReleaseOutcome;
import io.github.statelock.spi.RenewOutcome;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the lock driver does, over any records. */
abstract class LockDriverCases {

    private Records records;
    private LockDriver driver;

    abstract Records newRecords();

    @BeforeEach
    void open() {
        records = newRecords();
        driver = new LocalLockDriver(records, Processes.unknown());
    }

    private void plant(Records.Kind kind, byte[] bytes) {
        records.update(KEY, kind, current -> new Change.Put<>("", bytes));
    }

    private static RenewOutcome.Renewed renewed(RenewOutcome outcome) {
        assertThat(outcome).isInstanceOf(RenewOutcome.Renewed.class);
        return (RenewOutcome.Renewed) outcome;
    }

    @Test
    void aRefusalShowsTheHolderWholly() {
        LockProposal first = leased(driver, KEY);
        OwnedLock lock = taken(driver, first);

        assertThat(driver.tryAcquire(leased(driver, KEY))).isEqualTo(new AcquireOutcome.Held(lock.asObserved()));
        assertThat(lock.info()).isEqualTo(first.info());
        assertThat(driver.observe(KEY)).contains(lock.asObserved());
    }

    @Test
    void theSameProposalTwiceIsHeldByItself() {
        LockProposal proposal = leased(driver, KEY);
        OwnedLock lock = taken(driver, proposal);

        assertThat(driver.tryAcquire(proposal)).isEqualTo(new AcquireOutcome.Held(lock.asObserved()));
    }

    @Test
    void keysThatLookAlikeAreLockedApart() {
        for (String key : List.of("a", "A", "a/b", "a%2fb", "\u00e9", "e\u0301", "a.lock", "key", "state", "ß", "ss")) {
            taken(driver, leased(driver, StateKey.of(key)));
        }
        assertThat(driver.list("").named()).hasSize(11);
    }

    @Test
    void everyRenewalHasANewVersion() {
        OwnedLock lock = taken(driver, leased(driver, KEY));
        Set<String> versions = new HashSet<>(Set.of(lock.version()));
        for (int i = 0; i < 5; i++) {
            lock = renewed(driver.renew(lock)).lock();
            assertThat(versions.add(lock.version())).isTrue();
            assertThat(driver.observe(KEY)).contains(lock.asObserved());
        }
    }

    @Test
    void aRenewalOfAnOlderVersionIsLostAndShowsTheRecord() {
        OwnedLock old = taken(driver, leased(driver, KEY));
        OwnedLock now = renewed(driver.renew(old)).lock();

        assertThat(driver.renew(old)).isEqualTo(new RenewOutcome.Lost(Optional.of(now.asObserved())));
        assertThat(driver.observe(KEY)).contains(now.asObserved());
    }

    @Test
    void aRenewalDoesNotReviveARecordThatIsGone() {
        OwnedLock lock = taken(driver, leased(driver, KEY));
        driver.release(lock);

        assertThat(driver.renew(lock)).isEqualTo(new RenewOutcome.Lost(Optional.empty()));
        assertThat(driver.observe(KEY)).isEmpty();
    }

    @Test
    void aLockWithoutLeaseIsRenewedAndReleasedByItsId() {
        OwnedLock lock = taken(driver, unleased(driver, KEY));
        OwnedLock again = renewed(driver.renew(lock)).lock();

        assertThat(driver.observe(KEY)).contains(again.asObserved());
        assertThat(again.lease()).isEmpty();
        assertThat(driver.release(again)).isEqualTo(new ReleaseOutcome.Released());
        assertThat(driver.observe(KEY)).isEmpty();
    }

    @Test
    void aTakeoverNamesExactlyTheVersionThatWasSeen() {
        OwnedLock holder = taken(driver, leased(driver, KEY));
        ObservedLock seen = driver.observe(KEY).orElseThrow();
        OwnedLock renewed = renewed(driver.renew(holder)).lock();

        assertThat(driver.takeOver(leased(driver, KEY), seen)).isEqualTo(new AcquireOutcome.Held(renewed.asObserved()));

        OwnedLock successor = acquired(driver.takeOver(leased(driver, KEY), renewed.asObserved()));
        assertThat(driver.observe(KEY)).contains(successor.asObserved());
        assertThat(driver.renew(renewed)).isEqualTo(new RenewOutcome.Lost(Optional.of(successor.asObserved())));
    }

    @Test
    void aTakeoverOfARecordThatIsGoneIsWorthAnotherTry() {
        OwnedLock holder = taken(driver, leased(driver, KEY));
        driver.release(holder);

        assertThat(driver.takeOver(leased(driver, KEY), holder.asObserved()))
                .isEqualTo(new AcquireOutcome.HolderGone());
        assertThat(driver.observe(KEY)).isEmpty();
    }

    @Test
    void releaseOfALostLockTouchesNobodyElses() {
        OwnedLock lost = taken(driver, leased(driver, KEY));
        OwnedLock successor = acquired(driver.takeOver(leased(driver, KEY), lost.asObserved()));

        assertThat(driver.release(lost)).isEqualTo(new ReleaseOutcome.NotOwner(successor.asObserved()));
        assertThat(driver.observe(KEY)).contains(successor.asObserved());
        assertThat(driver.release(successor)).isEqualTo(new ReleaseOutcome.Released());
        assertThat(driver.release(successor)).isEqualTo(new ReleaseOutcome.AlreadyGone());
    }

    @Test
    void breakingIsConditionalOnTheVersionSeen() {
        OwnedLock holder = taken(driver, leased(driver, KEY));
        ObservedLock seen = holder.asObserved();
        OwnedLock renewed = renewed(driver.renew(holder)).lock();

        assertThat(driver.breakLock(seen, holder.info().id()))
                .isEqualTo(new ReleaseOutcome.NotOwner(renewed.asObserved()));
        assertThat(driver.breakLock(renewed.asObserved(), holder.info().id())).isEqualTo(new ReleaseOutcome.Released());
    }

    @Test
    void anUnreadableRecordIsHeldByNobodyKnownAndBrokenByItsFingerprint() {
        plant(Records.Kind.LOCK, "half a rec".getBytes(StandardCharsets.UTF_8));

        ObservedLock seen = driver.observe(KEY).orElseThrow();
        assertThat(driver.tryAcquire(leased(driver, KEY))).isEqualTo(new AcquireOutcome.Held(seen));
        assertThat(seen.info()).isEmpty();
        assertThat(driver.identifies(seen, seen.version())).isTrue();

        plant(Records.Kind.LOCK, "other half".getBytes(StandardCharsets.UTF_8));
        assertThat(driver.breakLock(seen, seen.version())).isInstanceOf(ReleaseOutcome.NotOwner.class);
        ObservedLock now = driver.observe(KEY).orElseThrow();
        assertThat(driver.breakLock(now, now.version())).isEqualTo(new ReleaseOutcome.Released());
    }

    @Test
    void anOversizedRecordIsHeldEvenIfItsBeginningReadsWell() {
        OwnedLock lock = taken(driver, leased(driver, KEY));
        byte[] record = records.read(KEY, Records.Kind.LOCK).orElseThrow().bytes();
        byte[] padded = Arrays.copyOf(record, RawRecord.MAX_BYTES + 1);
        Arrays.fill(padded, record.length, padded.length, (byte) ' ');
        plant(Records.Kind.LOCK, padded);

        assertThat(driver.tryAcquire(leased(driver, KEY))).isInstanceOf(AcquireOutcome.Held.class);
        assertThat(driver.observe(KEY).orElseThrow().info()).isEmpty();
        assertThat(driver.renew(lock)).isInstanceOf(RenewOutcome.Lost.class);
    }

    @Test
    void fencingTokensGrowAcrossHoldersAndStayApartFromTheLock() {
        OwnedLock first = taken(driver, leased(driver, KEY));
        assertThat(driver.drawFence(first)).isEqualTo(new FenceOutcome.Drawn(1));
        assertThat(driver.drawFence(first)).isEqualTo(new FenceOutcome.Drawn(2));
        driver.release(first);

        OwnedLock second = taken(driver, leased(driver, KEY));
        assertThat(driver.drawFence(second)).isEqualTo(new FenceOutcome.Drawn(3));
        assertThat(driver.observe(KEY)).contains(second.asObserved());
    }

    @Test
    void aDamagedFenceCounterIsNeverStartedAgain() {
        OwnedLock lock = taken(driver, leased(driver, KEY));
        plant(Records.Kind.FENCE, "seven".getBytes(StandardCharsets.UTF_8));

        assertThatThrownBy(() -> driver.drawFence(lock))
                .isInstanceOf(StateCorruptException.class)
                .hasMessageContaining("fence counter")
                .hasMessageContaining(KEY.value());
        assertThat(records.read(KEY, Records.Kind.FENCE).orElseThrow().bytes())
                .isEqualTo("seven".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void manyThreadsGetOneLockAndEveryTokenOnce() {
        List<AcquireOutcome> outcomes = IntStream.range(0, 32)
                .parallel()
                .mapToObj(i -> driver.tryAcquire(leased(driver, KEY)))
                .toList();
        assertThat(outcomes.stream().filter(AcquireOutcome.Acquired.class::isInstance))
                .hasSize(1);

        OwnedLock lock = outcomes.stream()
                .filter(AcquireOutcome.Acquired.class::isInstance)
                .map(Locks::acquired)
                .findFirst()
                .orElseThrow();
        Set<FenceOutcome> drawn = new HashSet<>(IntStream.range(0, 64)
                .parallel()
                .mapToObj(i -> driver.drawFence(lock))
                .toList());
        assertThat(drawn).hasSize(64);
    }

    @Test
    void listIsOrderedAndBelowThePrefix() {
        for (String key : List.of("b/2", "a/1", "b/1", "ba")) {
            taken(driver, leased(driver, StateKey.of(key)));
        }
        assertThat(driver.list("b/").named()).extracting(StateKey::value).containsExactly("b/1", "b/2");
        assertThat(driver.list("").named()).extracting(StateKey::value).containsExactly("a/1", "b/1", "b/2", "ba");
    }

    @Test
    void leasesAreWatchedAndHaveFiveSecondsAtLeast() {
        assertThat(driver.leaseBounds()).isEqualTo(LeaseBounds.watched(Duration.ofSeconds(5)));
    }
}
