package io.github.statelock.gcs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.statelock.BackendMisconfiguredException;
import io.github.statelock.LockInfo;
import io.github.statelock.ObservedLock;
import io.github.statelock.StateKey;
import io.github.statelock.spi.AcquireOutcome;
import io.github.statelock.spi.FenceOutcome;
import io.github.statelock.spi.LockListing;
import io.github.statelock.spi.LockProposal;
import io.github.statelock.spi.OwnedLock;
import io.github.statelock.spi.ReleaseOutcome;
import io.github.statelock.spi.RenewOutcome;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The driver's single requests, against a server that honours their conditions. */
@Tag("real-time")
class GenerationLockDriverTest {

    private final Gcs gcs = Gcs.main();
    private final GenerationLockDriver driver = gcs.lockDriver();
    private final StateKey key = StateKey.of("driver/" + UUID.randomUUID() + ".tfstate");

    private LockProposal proposal() {
        LockInfo info = new LockInfo(
                UUID.randomUUID().toString(),
                "test",
                "<ü & \u2028>",
                "me@here",
                "statelock/test",
                Instant.parse("2026-01-02T03:04:05.38Z"),
                driver.lockPath(key));
        return new LockProposal(key, info, Optional.of(Duration.ofSeconds(10)));
    }

    private OwnedLock take() {
        return ((AcquireOutcome.Acquired) driver.tryAcquire(proposal())).lock();
    }

    private OwnedLock renew(OwnedLock lock) {
        return ((RenewOutcome.Renewed) driver.renew(lock)).lock();
    }

    @Test
    void aTakenLockIsSeenByOthersAsItWasProposed() {
        LockProposal proposal = proposal();
        OwnedLock lock = ((AcquireOutcome.Acquired) driver.tryAcquire(proposal)).lock();
        ObservedLock seen = gcs.lockDriver().observe(key).orElseThrow();
        assertThat(seen).isEqualTo(lock.asObserved());
        assertThat(seen.info()).contains(proposal.info());
        AcquireOutcome second = driver.tryAcquire(proposal());
        assertThat(second).isEqualTo(new AcquireOutcome.Held(seen));
    }

    @Test
    void aRenewalChangesTheVersionAndKeepsTheGeneration() {
        OwnedLock lock = take();
        OwnedLock renewed = renew(lock);
        assertThat(renewed.version()).isNotEqualTo(lock.version());
        assertThat(ObjectVersion.parse(renewed.version()).generation())
                .isEqualTo(ObjectVersion.parse(lock.version()).generation());
        assertThat(driver.observe(key)).contains(renewed.asObserved());
        assertThat(driver.renew(lock)).isEqualTo(new RenewOutcome.Lost(Optional.of(renewed.asObserved())));
    }

    @Test
    void aRenewalOfAVanishedLockIsLost() {
        OwnedLock lock = take();
        gcs.delete(gcs.objects().names().lock(key), "");
        assertThat(driver.renew(lock)).isEqualTo(new RenewOutcome.Lost(Optional.empty()));
    }

    @Test
    void aTakeoverReplacesExactlyTheObservedVersion() {
        OwnedLock dead = take();
        ObservedLock stale = dead.asObserved();
        OwnedLock renewed = renew(dead);
        assertThat(driver.takeOver(proposal(), stale)).isEqualTo(new AcquireOutcome.Held(renewed.asObserved()));
        LockProposal heir = proposal();
        OwnedLock taken = ((AcquireOutcome.Acquired) driver.takeOver(heir, renewed.asObserved())).lock();
        assertThat(driver.observe(key)).contains(taken.asObserved());
        assertThat(taken.info()).isEqualTo(heir.info());
        assertThat(driver.renew(renewed)).isEqualTo(new RenewOutcome.Lost(Optional.of(taken.asObserved())));
        assertThat(driver.release(renewed)).isEqualTo(new ReleaseOutcome.NotOwner(taken.asObserved()));
        assertThat(driver.observe(key)).contains(taken.asObserved());
    }

    @Test
    void aTakeoverOfAVanishedLockFindsNobody() {
        OwnedLock dead = take();
        driver.release(dead);
        assertThat(driver.takeOver(proposal(), dead.asObserved())).isEqualTo(new AcquireOutcome.HolderGone());
        assertThat(driver.observe(key)).isEmpty();
    }

    @Test
    void aReleaseAfterAnUnansweredRenewalSucceedsAtOnce() {
        OwnedLock lock = take();
        renew(lock);
        assertThat(driver.release(lock)).isEqualTo(new ReleaseOutcome.Released());
        assertThat(driver.release(lock)).isEqualTo(new ReleaseOutcome.AlreadyGone());
    }

    @Test
    void aBreakNamesExactlyTheObservedVersion() {
        OwnedLock lock = take();
        OwnedLock renewed = renew(lock);
        assertThat(driver.breakLock(lock.asObserved(), lock.info().id()))
                .isEqualTo(new ReleaseOutcome.NotOwner(renewed.asObserved()));
        assertThat(driver.breakLock(renewed.asObserved(), lock.info().id())).isEqualTo(new ReleaseOutcome.Released());
    }

    @Test
    void fencesOnlyGrow() {
        OwnedLock lock = take();
        assertThat(driver.drawFence(lock)).isEqualTo(new FenceOutcome.Drawn(1));
        assertThat(driver.drawFence(lock)).isEqualTo(new FenceOutcome.Drawn(2));
        driver.release(lock);
        assertThat(driver.drawFence(take())).isEqualTo(new FenceOutcome.Drawn(3));
        assertThat(gcs.content(key + ".statelock-fence")).isEqualTo("3".getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void aListNamesOursAndTerraformsLocksAndNothingElse() {
        String folder = "list-" + UUID.randomUUID() + "/";
        StateKey ours = StateKey.of(folder + "b.json");
        StateKey theirs = StateKey.of(folder + "a.tfstate");
        LockInfo info = proposal().info();
        OwnedLock lock =
                ((AcquireOutcome.Acquired) driver.tryAcquire(new LockProposal(ours, info, Optional.empty()))).lock();
        gcs.insert(folder + "a.tflock", LockObjects.body(info), "&ifGenerationMatch=0");
        gcs.insert(folder + "a.tfstate", new byte[] {'x'}, "");
        gcs.insert(folder + "c.tfstate.statelock", new byte[] {'x'}, "");
        List<ObservedLock> shown = List.of(lock.asObserved());
        assertThat(driver.list(folder)).isEqualTo(new LockListing(shown, List.of(theirs)));
        assertThat(driver.list(folder + "a.tfs")).isEqualTo(LockListing.named(List.of(theirs)));
        assertThat(driver.list(folder + "b")).isEqualTo(LockListing.shown(shown));
        assertThat(driver.list(folder + "x")).isEqualTo(LockListing.named(List.of()));
    }

    @Test
    void anOversizedRecordCountsAsHeldByNobodyWhoCouldBeNamed() {
        gcs.insert(gcs.objects().names().lock(key), new byte[20_000], "");
        AcquireOutcome.Held held = (AcquireOutcome.Held) driver.tryAcquire(proposal());
        assertThat(held.holder().info()).isEmpty();
        assertThat(driver.identifies(
                        held.holder(), gcs.generation(gcs.objects().names().lock(key))))
                .isTrue();
        assertThat(driver.identifies(held.holder(), held.holder().version())).isTrue();
        assertThat(driver.identifies(held.holder(), "1")).isFalse();
    }

    /** At the second server: the first one lists a missing bucket as empty. */
    @Test
    void aMissingBucketIsNamedByReadsAndWrites() {
        URI server = Gcs.second().server();
        GenerationLockDriver nowhere = new Gcs(server, "no-such-bucket-" + UUID.randomUUID()).lockDriver();
        assertThatThrownBy(() -> nowhere.observe(key))
                .isInstanceOf(BackendMisconfiguredException.class)
                .hasMessageContaining("no bucket");
        assertThatThrownBy(() -> nowhere.tryAcquire(proposal()))
                .isInstanceOf(BackendMisconfiguredException.class)
                .hasMessageContaining("no bucket");
        assertThatThrownBy(() -> nowhere.list("")).isInstanceOf(BackendMisconfiguredException.class);
    }
}
