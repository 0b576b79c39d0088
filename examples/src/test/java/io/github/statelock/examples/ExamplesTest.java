package io.github.statelock.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.FencingToken;
import io.github.statelock.HeldLock;
import io.github.statelock.LockListener;
import io.github.statelock.LockOptions;
import io.github.statelock.LockedState;
import io.github.statelock.State;
import io.github.statelock.StateBackend;
import io.github.statelock.StateBackends;
import io.github.statelock.StateKey;
import java.net.URI;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExamplesTest {

    @Test
    void theFirstExampleCountsItsRuns(@TempDir Path folder) throws Exception {
        String[] store = {folder.toUri().toString()};
        Deploy.main(store);
        Deploy.main(store);
        try (StateBackend backend = StateBackends.open(folder.toUri())) {
            assertThat(backend.states().read(StateKey.of("prod/deploys")).map(State::utf8))
                    .contains("2");
        }
    }

    @Test
    void theDeployerWritesAndTellsAConflictApart() throws Exception {
        try (StateBackend backend = StateBackends.open(URI.create("mem:deployer"))) {
            EmbeddedDeployer deployer = new EmbeddedDeployer(backend);
            assertThat(deployer.deploy("app", state -> TinyState.of(1, "lineage")))
                    .startsWith("written");
            String outcome = deployer.deploy("app", state -> {
                backend.states()
                        .write(
                                StateKey.of("app"),
                                TinyState.of(5, "lineage"),
                                io.github.statelock.WriteCondition.unconditional());
                return TinyState.of(2, "lineage");
            });
            assertThat(outcome).contains("somebody without the lock");
        }
    }

    @Test
    void theJobRunsOnceWhereverItIsStarted() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        try (StateBackend here = StateBackends.open(URI.create("mem:jobs"));
                StateBackend there = StateBackends.open(URI.create("mem:jobs"))) {
            boolean ran = LockWithoutState.runOnce(here.locks(), () -> {
                runs.incrementAndGet();
                assertThat(runOnce(there, runs)).isFalse();
            });
            assertThat(ran).isTrue();
        }
        assertThat(runs).hasValue(1);
    }

    @Test
    void theResourceRefusesAnEarlierHolder() throws Exception {
        FencedResource resource = new FencedResource();
        try (StateBackend backend = StateBackends.open(URI.create("mem:fence"))) {
            assertThat(FencedResource.change(backend.locks(), resource, "blue")).isTrue();
            assertThat(FencedResource.change(backend.locks(), resource, "green"))
                    .isTrue();
        }
        assertThat(resource.set(new FencingToken(1), "red")).isFalse();
        assertThat(resource.value()).isEqualTo("green");
    }

    @Test
    void theLockedStateOfTheDocsCloses() throws Exception {
        try (StateBackend backend = StateBackends.open(URI.create("mem:docs"))) {
            try (LockedState state = backend.lock("k", LockOptions.operation("apply"))) {
                state.write(TinyState.of(1, "lineage"));
            }
            assertThat(backend.locks().inspect(StateKey.of("k"))).isEmpty();
        }
    }

    private static boolean runOnce(StateBackend backend, AtomicInteger runs) {
        try {
            return LockWithoutState.runOnce(backend.locks(), runs::incrementAndGet);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aListenerCountsWhatHappensToLocks() throws Exception {
        LockMetrics metrics = new LockMetrics();
        CountDownLatch released = new CountDownLatch(1); // listeners are called in the background
        LockOptions options = LockOptions.builder()
                .listener(new Forwarding(metrics.listener(), released::countDown))
                .build();
        try (StateBackend backend = StateBackends.open(URI.create("mem:metrics"))) {
            backend.lock("app", options).close();
            assertThat(released.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(metrics.of("releases")).isEqualTo(1);
            assertThat(metrics.of("acquired")).isEqualTo(1);
        }
    }

    /** Says when the last event was told. */
    private record Forwarding(LockListener to, Runnable afterRelease) implements LockListener {
        @Override
        public void acquired(HeldLock lock) {
            to.acquired(lock);
        }

        @Override
        public void released(HeldLock lock) {
            to.released(lock);
            afterRelease.run();
        }
    }
}
