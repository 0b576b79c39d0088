package io.github.statelock.gcs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.cloud.storage.Storage;
import io.github.statelock.BackendUnavailableException;
import io.github.statelock.HeldLock;
import io.github.statelock.LockLostException;
import io.github.statelock.LockOptions;
import io.github.statelock.LockStatus;
import io.github.statelock.OutcomeUnknownException;
import io.github.statelock.StateConflictException;
import io.github.statelock.StateKey;
import io.github.statelock.StateVersion;
import io.github.statelock.WriteCondition;
import io.github.statelock.engine.EngineOptions;
import io.github.statelock.testkit.ArmedWireFault;
import io.github.statelock.testkit.FaultProxy;
import io.github.statelock.testkit.WireFault;
import io.github.statelock.testkit.WireRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * With a client of the caller's whose retries are on, a change is applied and its answer lost. The client itself would repeat
 * it and tell of the last attempt only; the backend must learn of the first one.
 */
@Tag("real-time")
@Execution(ExecutionMode.CONCURRENT)
class CallersRetriesTest {

    private static final Predicate<WireRequest> INSERT =
            WireRequest.method("POST").and(WireRequest.targetContains("/upload/"));
    private static final Predicate<WireRequest> DELETE = WireRequest.method("DELETE");
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Gcs gcs = Gcs.main();
    private final GenerationLockDriver direct = gcs.lockDriver();
    private final StateKey key = StateKey.of("retries/" + UUID.randomUUID());

    private GcsBackend.Builder builder(Storage client) {
        return GcsBackend.builder(gcs.bucket()).storage(client).verifyConditionalWrites(false);
    }

    private GcsBackend backend(Storage client) {
        return builder(client).build();
    }

    private GcsBackend impatient(Storage client) {
        return builder(client).callTimeout(Duration.ofSeconds(4)).build();
    }

    /** An answer that promises that nothing was applied, and that the client does not retry. */
    private static WireFault throttled() {
        return WireFault.answer(
                403,
                "application/json",
                "{\"error\":{\"code\":403,\"message\":\"slow down\",\"errors\":[{\"reason\":\"rateLimitExceeded\"}]}}");
    }

    private static LockOptions noLease() {
        return LockOptions.builder().noLease().build();
    }

    private static <T> Future<T> start(Callable<T> work) {
        var thread = Executors.newSingleThreadExecutor();
        try {
            return thread.submit(work);
        } finally {
            thread.shutdown();
        }
    }

    private static <T> T end(Future<T> work) throws Exception {
        return work.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    @ParameterizedTest
    @EnumSource
    void aLockWhoseAnswerWasLostIsNotLeftBehind(CallersClient callers) throws Exception {
        try (FaultProxy proxy = FaultProxy.inFrontOf(gcs.server());
                Storage client = callers.at(proxy);
                GcsBackend backend = impatient(client)) {
            ArmedWireFault cut = proxy.arm(WireFault.applyThenCut(), INSERT);
            ArmedWireFault throttled = proxy.arm(throttled(), INSERT, 0, 1_000);
            assertThatThrownBy(() -> backend.locks().tryAcquire(key, noLease()))
                    .isInstanceOf(OutcomeUnknownException.class);
            assertThat(cut.fired()).isEqualTo(1);
            assertThat(throttled.fired()).isPositive();
            Eventually.holds(() -> direct.observe(key).isEmpty());
        }
    }

    /** The control of the one above: what was never sent is not unknown. */
    @ParameterizedTest
    @EnumSource
    void aLockThatWasNeverAppliedIsUnavailable(CallersClient callers) throws Exception {
        try (FaultProxy proxy = FaultProxy.inFrontOf(gcs.server());
                Storage client = callers.at(proxy);
                GcsBackend backend = impatient(client)) {
            proxy.arm(throttled(), INSERT, 0, 1_000);
            assertThatThrownBy(() -> backend.locks().tryAcquire(key, noLease()))
                    .isInstanceOf(BackendUnavailableException.class);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aLeaseCountsFromTheFirstRequest(CallersClient callers) throws Exception {
        Duration lease = Duration.ofSeconds(30);
        Duration margin = Duration.ofSeconds(3);
        try (FaultProxy proxy = FaultProxy.inFrontOf(gcs.server());
                Storage client = callers.at(proxy);
                GcsBackend backend = backend(client)) {
            ArmedWireFault cut = proxy.arm(WireFault.applyThenCut(), INSERT);
            proxy.arm(throttled(), INSERT, 0, 2);
            LockOptions options =
                    LockOptions.builder().lease(lease).waitUpTo(PATIENCE).build();
            Future<HeldLock> acquired = start(() -> backend.locks().acquire(key, options));
            cut.awaitFired(PATIENCE);
            long applied = System.nanoTime();
            HeldLock lock = end(acquired);
            long until = System.nanoTime() + lock.remaining().orElseThrow().toNanos();
            proxy.assertFired();
            assertThat(Duration.ofNanos(until - applied)).isLessThanOrEqualTo(lease.minus(margin));
            lock.release();
            assertThat(direct.observe(key)).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aStateThatWasWrittenAndOverwrittenIsNoConflict(CallersClient callers) throws Exception {
        try (FaultProxy proxy = FaultProxy.inFrontOf(gcs.server());
                Storage client = callers.at(proxy);
                GcsBackend backend = backend(client)) {
            StateVersion base = backend.states().write(key, bytes("base"), WriteCondition.ifAbsent());
            ArmedWireFault cut = proxy.arm(WireFault.applyThenCut(), INSERT);
            ArmedWireFault next = proxy.arm(WireFault.hang(), WireRequest.any());
            Future<StateVersion> written =
                    start(() -> backend.states().write(key, bytes("ours"), WriteCondition.ifVersion(base)));
            cut.awaitFired(PATIENCE);
            assertThat(gcs.content(key.value())).isEqualTo(bytes("ours"));
            gcs.insert(key.value(), bytes("theirs"), "");
            next.awaitFired(PATIENCE);
            next.release();
            assertThatThrownBy(() -> end(written)).hasCauseInstanceOf(OutcomeUnknownException.class);
            assertThat(gcs.content(key.value())).isEqualTo(bytes("theirs"));
        }
    }

    /** The control of the one above: what was refused the first time is a conflict. */
    @ParameterizedTest
    @EnumSource
    void aStateThatAnotherWroteFirstIsAConflict(CallersClient callers) throws Exception {
        try (FaultProxy proxy = FaultProxy.inFrontOf(gcs.server());
                Storage client = callers.at(proxy);
                GcsBackend backend = backend(client)) {
            StateVersion base = backend.states().write(key, bytes("base"), WriteCondition.ifAbsent());
            gcs.insert(key.value(), bytes("theirs"), "");
            assertThatThrownBy(() -> backend.states().write(key, bytes("ours"), WriteCondition.ifVersion(base)))
                    .isInstanceOf(StateConflictException.class);
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "WITH_A_TRANSPORT_THAT_REPEATS")
    void aReleaseIsOneThoughAnotherTookTheLockSince(CallersClient callers) throws Exception {
        try (FaultProxy proxy = FaultProxy.inFrontOf(gcs.server());
                Storage client = callers.at(proxy);
                GcsBackend backend = backend(client)) {
            HeldLock lock = backend.locks().acquire(key, noLease());
            end(releasedWhileAnotherTakes(proxy, lock));
            assertThat(lock.status()).isEqualTo(LockStatus.RELEASED);
            assertThat(direct.observe(key)).isPresent();
        }
    }

    /** Which of two DELETEs was refused, such a transport does not tell: rather a false alarm than a loss hidden. */
    @Test
    void aReleaseThatTheTransportRepeatedIsALossWhereAnotherTookTheLockSince() throws Exception {
        try (FaultProxy proxy = FaultProxy.inFrontOf(gcs.server());
                Storage client = CallersClient.WITH_A_TRANSPORT_THAT_REPEATS.at(proxy);
                GcsBackend backend = backend(client)) {
            HeldLock lock = backend.locks().acquire(key, noLease());
            Future<?> released = releasedWhileAnotherTakes(proxy, lock);
            assertThatThrownBy(() -> end(released)).hasCauseInstanceOf(LockLostException.class);
            assertThat(proxy.count(DELETE)).isEqualTo(2);
            assertThat(direct.observe(key)).isPresent();
        }
    }

    /** The other is of another process: it does not wait for our requests. */
    private Future<?> releasedWhileAnotherTakes(FaultProxy proxy, HeldLock lock) throws Exception {
        ArmedWireFault cut = proxy.arm(WireFault.applyThenCut(), DELETE);
        ArmedWireFault next = proxy.arm(WireFault.hang(), WireRequest.any());
        Future<?> released = start(() -> {
            lock.release();
            return true;
        });
        cut.awaitFired(PATIENCE);
        Dead.holder(gcs, key);
        next.awaitFired(PATIENCE);
        next.release();
        return released;
    }

    /** The control of the other: with a lock that was lost before, the release says so. */
    @ParameterizedTest
    @EnumSource
    void aReleaseOfALockThatAnotherTookBeforeIsALoss(CallersClient callers) throws Exception {
        try (FaultProxy proxy = FaultProxy.inFrontOf(gcs.server());
                Storage client = callers.at(proxy);
                GcsBackend backend = backend(client);
                GcsBackend other = gcs.backend().build()) {
            HeldLock lock = backend.locks().acquire(key, noLease());
            assertThat(other.locks().forceUnlock(key, lock.info().id())).isTrue();
            Dead.holder(gcs, key);
            assertThatThrownBy(lock::release).isInstanceOf(LockLostException.class);
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatTheStoreDoesNotServeIsSentOnce(CallersClient callers) throws Exception {
        try (FaultProxy proxy = FaultProxy.inFrontOf(gcs.server());
                Storage client = callers.at(proxy);
                GcsClients clients = GcsClients.like(
                        client,
                        EngineOptions.builder()
                                .callTimeout(PATIENCE)
                                .transferTimeout(PATIENCE)
                                .build(),
                        Map.of())) {
            for (Storage derived : List.of(clients.locks(), clients.states())) {
                proxy.forgetRequests();
                proxy.arm(WireFault.answer(503), INSERT, 0, 1);
                GcsObjects objects = new GcsObjects(derived, GcsNames.of(gcs.bucket(), ""), Optional.empty());
                assertThat(objects.create(objects.object(key.value()).build(), bytes("1")))
                        .isInstanceOf(Answer.Unknown.class);
                assertThat(proxy.requests()).hasSize(1);
            }
            proxy.assertFired();
        }
    }

    /** The negative control of all: the same clients, used as they are, hide that their first request was applied. */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "WITH_A_TRANSPORT_THAT_REPEATS")
    void usedAsItIsTheClientHidesItsOwnSuccess(CallersClient callers) throws Exception {
        try (FaultProxy proxy = FaultProxy.inFrontOf(gcs.server());
                Storage client = callers.at(proxy)) {
            GcsObjects objects = new GcsObjects(client, GcsNames.of(gcs.bucket(), ""), Optional.empty());
            proxy.arm(WireFault.applyThenCut(), INSERT, 0, 1);
            proxy.arm(throttled(), INSERT, 0, 1);
            assertThatThrownBy(() -> objects.create(objects.object(key.value()).build(), bytes("1")))
                    .isInstanceOf(BackendUnavailableException.class);
            assertThat(gcs.exists(key.value())).isTrue();
            long generation = Long.parseLong(gcs.generation(key.value()));
            proxy.arm(WireFault.applyThenCut(), INSERT, 0, 1);
            assertThat(objects.replace(generation, objects.object(key.value()).build(), bytes("2")))
                    .isInstanceOf(Answer.Refused.class);
            assertThat(gcs.content(key.value())).isEqualTo(bytes("2"));
            proxy.assertFired();
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
