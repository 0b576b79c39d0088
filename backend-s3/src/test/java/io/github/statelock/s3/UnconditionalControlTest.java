package io.github.statelock.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.LockOptions;
import io.github.statelock.LockedState;
import io.github.statelock.State;
import io.github.statelock.StateKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Increments by several backends at once: none is lost under the lock, and some are without the conditions. */
@Tag("real-time")
class UnconditionalControlTest {

    private static final int BACKENDS = 4;
    private static final int TURNS = 6;

    private final S3TestStore store = S3TestStore.shared();
    private final StateKey key = StateKey.of("control/" + UUID.randomUUID());

    private void inAll(Callable<?> turns) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(BACKENDS);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < BACKENDS; i++) {
                running.add(threads.submit(turns));
            }
            for (Future<?> turn : running) {
                turn.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static int number(State state) {
        return Integer.parseInt(state.utf8());
    }

    @ParameterizedTest
    @EnumSource
    void underTheLockNoIncrementIsLost(S3LockMode mode) throws Exception {
        LockOptions patient = LockOptions.builder()
                .operation("increment")
                .waitUpTo(Duration.ofMinutes(2))
                .build();
        inAll(() -> {
            try (S3Backend backend = store.builder(mode)
                    .engine(engine -> engine.poll(Duration.ofMillis(50), Duration.ofMillis(200)))
                    .build()) {
                for (int i = 0; i < TURNS; i++) {
                    try (LockedState state = backend.lock(key, patient)) {
                        int next = state.read()
                                        .map(UnconditionalControlTest::number)
                                        .orElse(0)
                                + 1;
                        state.write(Integer.toString(next).getBytes(UTF_8));
                    }
                }
            }
            return null;
        });
        try (S3Backend backend = store.builder(mode).build()) {
            assertThat(number(backend.states().read(key).orElseThrow())).isEqualTo(BACKENDS * TURNS);
        }
    }

    /** The control: the same requests, each without its condition. Everybody takes the lock, and increments get lost. */
    @Test
    void withoutTheConditionsEverybodyWinsAndIncrementsAreLost() throws Exception {
        CyclicBarrier together = new CyclicBarrier(BACKENDS);
        store.putObject(key.value(), "0");
        inAll(() -> {
            for (int i = 0; i < TURNS; i++) {
                store.putItem(
                        store.bucket + "/" + key, "Info", UUID.randomUUID().toString());
                int next = Integer.parseInt(store.object(key.value())) + 1;
                together.await();
                store.putObject(key.value(), Integer.toString(next));
                together.await();
            }
            return null;
        });
        assertThat(Integer.parseInt(store.object(key.value()))).isLessThan(BACKENDS * TURNS);
    }
}
