package io.github.statelock.azure;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.azure.core.util.BinaryData;
import com.azure.storage.blob.models.LeaseDurationType;
import com.azure.storage.blob.models.LeaseStateType;
import io.github.statelock.BackendDeniedException;
import io.github.statelock.BackendUnavailableException;
import io.github.statelock.LockInfo;
import io.github.statelock.LockLostException;
import io.github.statelock.LockOptions;
import io.github.statelock.LockedState;
import io.github.statelock.ObservedLock;
import io.github.statelock.StateKey;
import io.github.statelock.WriteCondition;
import io.github.statelock.spi.AcquireOutcome;
import io.github.statelock.spi.LockProposal;
import io.github.statelock.spi.StateWrite;
import io.github.statelock.terraform.LockInfoCodec;
import io.github.statelock.testkit.BackendContract.Drivers;
import io.github.statelock.testkit.FaultProxy;
import io.github.statelock.testkit.WireFault;
import io.github.statelock.testkit.WireRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What must not happen when a process stops, stands still or loses an answer at the worst moment; each with its control. */
@Tag("real-time")
@Execution(ExecutionMode.CONCURRENT)
class AzureSafetyTest {

    private static final Optional<Duration> LEASE = Optional.of(Duration.ofSeconds(15));
    private static final int FORMER_HOLDERS = 100;

    @SuppressWarnings("NullAway.Init") // before all tests
    private static TestContainer container;

    private final StateKey key = StateKey.of("safety/" + UUID.randomUUID());

    @BeforeAll
    static void createContainer() {
        container = TestContainer.create();
    }

    private static LockProposal propose(StateKey key, Optional<Duration> lease) {
        String id = UUID.randomUUID().toString();
        return new LockProposal(key, new LockInfo(id, "", "", "a@b", "v", Instant.EPOCH, "p"), lease);
    }

    private static LeaseStateType leaseOf(StateKey key) {
        return container.blob(key).getProperties().getLeaseState();
    }

    private static LeaseDurationType durationOf(StateKey key) {
        return container.blob(key).getProperties().getLeaseDuration();
    }

    private static String signature(LockProposal proposal) {
        return Base64.getEncoder().encodeToString(LockInfoCodec.encode(proposal.info()));
    }

    private static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end >= 0) {
                throw new AssertionError("not within 30 s: " + what);
            }
            LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
        }
    }

    private static StateWrite write(StateKey key, String content, LockProposal lock) {
        return new StateWrite(
                key,
                content.getBytes(UTF_8),
                WriteCondition.unconditional(), // so that nothing but the lease can refuse it
                UUID.randomUUID().toString(),
                Optional.of(lock.info().id()));
    }

    @Test
    void everyWriteOfAPausedFormerHolderIsRefusedByTheService() {
        Drivers former = container.drivers(false);
        Drivers successor = container.drivers(false);
        List<LockProposal> formers = new ArrayList<>();
        for (int i = 0; i < FORMER_HOLDERS; i++) {
            LockProposal proposal = propose(StateKey.of(key + "/" + i), LEASE);
            assertThat(former.locks().tryAcquire(proposal)).isInstanceOf(AcquireOutcome.Acquired.class);
            formers.add(proposal);
        }
        int refused = 0;
        for (LockProposal lost : formers) {
            await("end of the lease", () -> leaseOf(lost.key()) == LeaseStateType.EXPIRED);
            LockProposal heir = propose(lost.key(), LEASE);
            assertThat(successor.locks().tryAcquire(heir)).isInstanceOf(AcquireOutcome.Acquired.class);
            successor.states().write(write(lost.key(), "successor", heir));
            try {
                former.states().write(write(lost.key(), "former", lost));
            } catch (LockLostException e) {
                refused++;
            }
            assertThat(container.blob(lost.key()).downloadContent().toString()).isEqualTo("successor");
        }
        assertThat(refused).isEqualTo(FORMER_HOLDERS);
    }

    @Test
    void controlAWriteThatNamesNoLeaseOfItsOwnIsNotRefusedOnceTheSuccessorHasReleased() {
        Drivers former = container.drivers(false);
        LockProposal lost = propose(key, Optional.empty());
        former.locks().tryAcquire(lost);
        container.lease(key, lost.info().id()).releaseLease(); // forced
        container.put(key, "successor");
        assertThatThrownBy(() -> former.states().write(write(key, "former", lost)))
                .isInstanceOf(LockLostException.class);
        container.blob(key).upload(BinaryData.fromString("former"), true);
        assertThat(container.blob(key).downloadContent().toString()).isEqualTo("former");
    }

    /** The lease is there, the signature is not, and nobody goes on. */
    @Test
    void aProcessThatStopsWhileItTakesALockWithoutLeaseLeavesItFreeByItself() {
        try (FaultProxy proxy = FaultProxy.inFrontOf(TestContainer.endpoint())) {
            proxy.arm(WireFault.cutBeforeSending(), WireRequest.targetContains("comp=metadata"));
            BlobLeaseLockDriver stopped = TestContainer.locks(TestContainer.client(proxy.uri(), container.name()));
            AcquireOutcome outcome = stopped.tryAcquire(propose(key, Optional.empty()));
            assertThat(outcome).isInstanceOf(AcquireOutcome.Unknown.class);
            proxy.assertFired();
        }
        assertThat(leaseOf(key)).isEqualTo(LeaseStateType.LEASED);
        await("end of the lease", () -> leaseOf(key) == LeaseStateType.EXPIRED);
    }

    /** Longer than a call takes, much shorter than a transfer may take. */
    @Test
    @Timeout(60)
    void aStoreThatTakesReadsAndAnswersNoneIsUnavailableLongBeforeATransferIsGivenUp() {
        try (FaultProxy proxy = FaultProxy.inFrontOf(TestContainer.endpoint());
                AzureBackend backend = AzureBackend.builder()
                        .container(container.name())
                        .endpoint(proxy.uri())
                        .accountKey(TestContainer.KEY)
                        .callTimeout(Duration.ofSeconds(3))
                        .transferTimeout(Duration.ofMinutes(5))
                        .build()) {
            backend.states().write(key, new byte[] {1}, WriteCondition.ifAbsent());
            proxy.arm(WireFault.hang(), WireRequest.method("GET"), 0, 2);
            assertThatThrownBy(() -> backend.states().read(key)).isInstanceOf(BackendUnavailableException.class);
            assertThatThrownBy(() -> backend.states().list("")).isInstanceOf(BackendUnavailableException.class);
            proxy.assertFired();
        }
    }

    @Test
    void controlAnInfiniteLeaseTakenAtOnceWouldStay() {
        container.put(key, "state");
        container.lease(key, UUID.randomUUID().toString()).acquireLease(TestContainer.INFINITE);
        StateKey other = StateKey.of(key + "/other");
        container.put(other, "state");
        container.lease(other, UUID.randomUUID().toString()).acquireLease(15);
        await("end of the other lease", () -> leaseOf(other) == LeaseStateType.EXPIRED);
        assertThat(leaseOf(key)).isEqualTo(LeaseStateType.LEASED);
    }

    @Test
    void aLockWhoseSignatureIsDeniedIsGivenBackAndDenied() {
        container.put(key, "state");
        try (FaultProxy proxy = FaultProxy.inFrontOf(TestContainer.endpoint());
                AzureBackend backend = AzureBackend.builder()
                        .client(TestContainer.client(proxy.uri(), container.name()))
                        .build()) {
            proxy.arm(WireFault.answer(403), WireRequest.targetContains("comp=metadata"));
            assertThatThrownBy(() -> backend.locks().acquire(key, LockOptions.operation("denied")))
                    .isInstanceOf(BackendDeniedException.class);
            proxy.assertFired();
        }
        assertThat(leaseOf(key)).isEqualTo(LeaseStateType.AVAILABLE);
    }

    /** Such as for a role that may write and not delete: the state is gone all the same, and so is the lock. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aDeletedStateWhoseBlobMayNotBeDeletedLeavesItEmptyAndFree(boolean endless) throws Exception {
        container.put(key, "state");
        LockOptions.Builder options = LockOptions.builder().operation("rm");
        LockOptions lock = (endless ? options.noLease() : options.lease(LEASE.orElseThrow())).build();
        try (FaultProxy proxy = FaultProxy.inFrontOf(TestContainer.endpoint());
                AzureBackend backend = AzureBackend.builder()
                        .client(TestContainer.client(proxy.uri(), container.name()))
                        .build()) {
            proxy.arm(WireFault.answer(403), WireRequest.method("DELETE"));
            try (LockedState state = backend.lock(key, lock)) {
                state.delete();
            }
            proxy.assertFired();
            assertThat(backend.locks().inspect(key)).isEmpty();
            assertThat(backend.states().read(key)).isEmpty();
            assertThat(backend.states().list(key.value())).isEmpty();
            backend.states().write(key, "new".getBytes(UTF_8), WriteCondition.ifAbsent());
        }
        assertThat(leaseOf(key)).isEqualTo(LeaseStateType.AVAILABLE);
        assertThat(container.metadata(key)).doesNotContainKey("terraformlockid");
    }

    @Test
    void aLockWhoseGivingBackIsNotAnsweredEitherIsUnknownAndGoneAfterItsLease() {
        container.put(key, "state");
        try (FaultProxy proxy = FaultProxy.inFrontOf(TestContainer.endpoint())) {
            proxy.arm(WireFault.answer(403), WireRequest.targetContains("comp=metadata"));
            proxy.arm(WireFault.cutBeforeSending(), WireRequest.header("x-ms-lease-action", "release"));
            BlobLeaseLockDriver driver = TestContainer.locks(TestContainer.client(proxy.uri(), container.name()));
            assertThat(driver.tryAcquire(propose(key, LEASE))).isInstanceOf(AcquireOutcome.Unknown.class);
            proxy.assertFired();
        }
        await("end of the lease", () -> leaseOf(key) == LeaseStateType.EXPIRED);
    }

    /** Our signature is still there, our lease is over, and the present holder has not signed yet. */
    @Test
    void aRecordWithOurOwnIdIsNotOursWhileSomebodyElseHasTheLease() {
        for (Optional<Duration> lease : List.of(LEASE, Optional.<Duration>empty())) {
            StateKey blob = StateKey.of(key + "/" + lease.isPresent());
            BlobLeaseLockDriver driver = container.locks();
            LockProposal ours = propose(blob, lease);
            driver.tryAcquire(ours);
            container.lease(blob, ours.info().id()).releaseLease();
            container.lease(blob, UUID.randomUUID().toString()).acquireLease(TestContainer.INFINITE);

            assertThat(container
                            .locks()
                            .observe(blob)
                            .filter(seen -> seen.hasId(ours.info().id())))
                    .as("control: who did not ask for the ID believes the signature")
                    .isPresent();
            ObservedLock seen = driver.observe(blob).orElseThrow();
            assertThat(seen.info()).isEmpty();
            assertThat(driver.tryAcquire(ours))
                    .isInstanceOfSatisfying(
                            AcquireOutcome.Held.class,
                            held -> assertThat(held.holder().info()).isEmpty());
        }
    }

    @Test
    void aRecordWithOurOwnIdIsOursWhileWeHaveTheLease() {
        BlobLeaseLockDriver driver = container.locks();
        LockProposal ours = propose(key, LEASE);
        driver.tryAcquire(ours);
        assertThat(driver.observe(key).orElseThrow().hasId(ours.info().id())).isTrue();
    }

    /** The last step of taking a lock without lease, on its way while the lock is released. */
    @Test
    void theLateEndOfALeasesEndTakesNothingAndItsControlDoes() throws Exception {
        container.put(key, "state");
        try (FaultProxy proxy = FaultProxy.inFrontOf(TestContainer.endpoint());
                AzureBackend backend = AzureBackend.builder()
                        .client(TestContainer.client(proxy.uri(), container.name()))
                        .build()) {
            var twice = proxy.arm(WireFault.sendTwice(), WireRequest.header("x-ms-lease-duration", "-1"));
            var lock =
                    backend.locks().acquire(key, LockOptions.builder().noLease().build());
            lock.release();
            assertThat(twice.release()).containsExactly(412);
            assertThat(leaseOf(key)).isEqualTo(LeaseStateType.AVAILABLE);

            container.lease(key, lock.info().id()).acquireLease(TestContainer.INFINITE); // without the condition
            assertThat(leaseOf(key)).as("control").isEqualTo(LeaseStateType.LEASED);
        }
    }

    /** The first step of taking a lock without lease, on its way until the lock is held. */
    @Test
    void theLateFirstLeaseOfALockWithoutLeaseGivesItNoEndAndItsControlDoes() throws Exception {
        container.put(key, "state");
        try (FaultProxy proxy = FaultProxy.inFrontOf(TestContainer.endpoint());
                AzureBackend backend = AzureBackend.builder()
                        .client(TestContainer.client(proxy.uri(), container.name()))
                        .build()) {
            var late = proxy.arm(WireFault.sendLate(), WireRequest.header("x-ms-lease-duration", "15"));
            var lock =
                    backend.locks().acquire(key, LockOptions.builder().noLease().build());
            assertThat(late.release()).containsExactly(412);
            assertThat(durationOf(key)).isEqualTo(LeaseDurationType.INFINITE);

            container.lease(key, lock.info().id()).acquireLease(15); // without the condition
            assertThat(durationOf(key)).as("control").isEqualTo(LeaseDurationType.FIXED);
            lock.release();
        }
    }

    /** The last request was applied and its answer lost. To begin again from the first would give the lease its end back. */
    @Test
    void aLockWithoutLeaseThatIsSignedAlreadyIsNeverGivenAnEndAgain() {
        try (FaultProxy proxy = FaultProxy.inFrontOf(TestContainer.endpoint())) {
            BlobLeaseLockDriver driver = TestContainer.locks(TestContainer.client(proxy.uri(), container.name()));
            LockProposal ours = propose(key, Optional.empty());
            var late = proxy.arm(WireFault.applyThenCut(), WireRequest.header("x-ms-lease-duration", "-1"));
            assertThat(driver.tryAcquire(ours)).isInstanceOf(AcquireOutcome.Unknown.class);
            assertThat(late.fired()).isOne();
            assertThat(durationOf(key)).isEqualTo(LeaseDurationType.INFINITE);
            proxy.forgetRequests();

            assertThat(driver.tryAcquire(ours)).isInstanceOf(AcquireOutcome.Acquired.class);
            assertThat(proxy.count(WireRequest.header("x-ms-lease-duration", "15")))
                    .isZero();
            assertThat(durationOf(key)).isEqualTo(LeaseDurationType.INFINITE);
            assertThat(driver.observe(key).orElseThrow().hasId(ours.info().id()))
                    .isTrue();
        }
    }

    /** The process stood still between the signature and the last request, longer than the first lease. */
    @Test
    void aLockWithoutLeaseWhoseFirstLeaseEndedAfterTheSignatureIsTakenAgain() {
        container.put(key, "state");
        BlobLeaseLockDriver driver = container.locks();
        LockProposal ours = propose(key, Optional.empty());
        container.lock(key, ours.info().id(), signature(ours));
        container.lease(key, ours.info().id()).releaseLease(); // as good as ended
        assertThat(driver.tryAcquire(ours)).isInstanceOf(AcquireOutcome.Acquired.class);
        assertThat(durationOf(key)).isEqualTo(LeaseDurationType.INFINITE);
        assertThat(driver.observe(key).orElseThrow().hasId(ours.info().id())).isTrue();
    }

    /** Somebody wrote since this process saw the blob: the first lease names what is not there any more. */
    @Test
    void aLockWithoutLeaseOfABlobThatChangedSinceIsTaken() throws Exception {
        container.put(key, "state");
        LockOptions endless = LockOptions.builder().noLease().build();
        try (AzureBackend backend =
                AzureBackend.builder().client(container.client()).build()) {
            backend.locks().acquire(key, endless).release();
            container.put(key, "changed");
            backend.locks().acquire(key, endless).release();
            container.blob(key).delete();
            backend.locks().acquire(key, endless).release();
            assertThat(leaseOf(key)).isEqualTo(LeaseStateType.AVAILABLE);
        }
    }
}
