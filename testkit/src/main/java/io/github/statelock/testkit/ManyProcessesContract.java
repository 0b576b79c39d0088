package io.github.statelock.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.LockManager;
import io.github.statelock.LockOptions;
import io.github.statelock.StateBackend;
import io.github.statelock.StateKey;
import io.github.statelock.testkit.ContractProcess.Job;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What every backend keeps whose store several processes share: the lock excludes them too, and frees itself when one is
 * killed. In real time, with child processes of this JVM's own {@code java} and class path.
 *
 * <p>JUnit makes one instance per test; each is used by one thread.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
public abstract class ManyProcessesContract {

    private static final int PROCESSES = 4;

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path oracleFolder;

    private final String key = "contract/" + UUID.randomUUID();

    /** For leaves. */
    protected ManyProcessesContract() {}

    /**
     * What opens the drivers, here and in the children.
     *
     * @return a public class with a public constructor without arguments
     */
    protected abstract Class<? extends DriversOpener> opener();

    /**
     * Which store, in the words of the opener: an endpoint, a folder. Everything that a child needs to know.
     *
     * @return the store
     */
    protected abstract String store();

    /**
     * The lease of holders that are killed; zero where there are none.
     *
     * @return by default 5 s
     */
    protected Duration lease() {
        return Duration.ofSeconds(5);
    }

    /**
     * How often each thread of each process takes the lock. Lower it for a service that limits the changes of one object.
     *
     * @return by default 25
     */
    protected int turns() {
        return 25;
    }

    /**
     * How many threads each of the four processes has.
     *
     * @return by default 3
     */
    protected int threads() {
        return 3;
    }

    private Fleet fleet() {
        return new Fleet(opener(), store(), oracleFolder, lease());
    }

    /** Runs the job in all processes, and gives the oracle that watched them. */
    private SharedExclusionOracle runToTheEnd(Job job) throws Exception {
        Fleet fleet = fleet();
        List<ChildJvm> children = new ArrayList<>();
        try {
            for (int i = 0; i < PROCESSES; i++) {
                children.add(fleet.start(key, job, turns(), threads()));
            }
            for (ChildJvm child : children) {
                child.await("DONE");
                assertThat(child.awaitExit())
                        .as(() -> "exit of " + child.output())
                        .isZero();
            }
        } finally {
            children.forEach(ChildJvm::close);
        }
        return fleet.oracle();
    }

    @Test
    void holdersInSeveralProcessesNeverOverlap() throws Exception {
        SharedExclusionOracle oracle = runToTheEnd(Job.TURNS);
        assertThat(oracle.violations()).isEmpty();
        assertThat(oracle.count()).isEqualTo((long) PROCESSES * threads() * turns());
    }

    /** The control: the same turns without the lock. */
    @Test
    void withoutTheLockTheyDo() throws Exception {
        SharedExclusionOracle oracle = runToTheEnd(Job.TURNS_UNLOCKED);
        assertThat(oracle.violations()).isNotEmpty();
        assertThat(oracle.count()).isLessThan((long) PROCESSES * threads() * turns());
    }

    @Test
    void aKilledHoldersLockIsTakenOver() throws Exception {
        StateKey stateKey = StateKey.of(key);
        try (ChildJvm holder = fleet().start(key, Job.HOLD, 1, 1);
                StateBackend backend = fleet().openBackend()) {
            String id = holder.await("HELD").substring("HELD ".length());
            LockManager locks = backend.locks();
            assertThat(locks.inspect(stateKey).orElseThrow().hasId(id)).isTrue();
            holder.kill();
            Duration wait = lease().multipliedBy(2).plusSeconds(30);
            LockOptions.Builder options =
                    LockOptions.builder().operation("contract").waitUpTo(wait);
            if (lease().isZero()) {
                assertThat(locks.forceUnlock(stateKey, id)).isTrue();
                options.noLease();
            } else {
                options.lease(lease());
            }
            long start = System.nanoTime();
            locks.acquire(stateKey, options.build()).release();
            Duration took = Duration.ofNanos(System.nanoTime() - start);
            assertThat(took)
                    .isLessThanOrEqualTo(
                            lease().plus(ContractScenario.margin(lease())).plusSeconds(3));
        }
    }
}
