package io.github.statelock.local;

import static io.github.statelock.local.Locks.KEY;
import static io.github.statelock.local.Locks.acquired;
import static io.github.statelock.local.Locks.leased;
import static io.github.statelock.local.Locks.taken;
import static io.github.statelock.local.Locks.unleased;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.ObservedLock;
import io.github.statelock.StateKey;
import io.github.statelock.spi.LockDriver;
import io.github.statelock.terraform.LockFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A leased lock whose process is provably gone is free at once; others are not. */
class QuickExpiryTest {

    private static final StateKey UNLEASED = StateKey.of("unleased");

    @TempDir
    Path root;

    /** Takes a leased and an unleased lock, and keeps them until killed. */
    static final class Holder {

        private Holder() {}

        public static void main(String[] arguments) throws IOException {
            LockDriver driver = driver(Path.of(arguments[0]), ProcProcesses.system());
            taken(driver, leased(driver, KEY));
            taken(driver, unleased(driver, UNLEASED));
            System.out.println("held");
            int unused = System.in.read();
        }
    }

    private static LockDriver driver(Path root, Processes processes) {
        return new LocalLockDriver(new FileRecords(Folders.of(root)), processes);
    }

    @Test
    void theLeasedLockOfAKilledProcessIsExpiredAndTakenOver() throws Exception {
        LockDriver driver = driver(root, ProcProcesses.system());
        try (Child holder = Child.start(Holder.class, root.toString())) {
            assertThat(holder.line()).isEqualTo("held");
            assertThat(driver.observe(KEY).orElseThrow().expired()).isFalse();
            holder.kill();
        }
        ObservedLock dead = driver.observe(KEY).orElseThrow();
        assertThat(dead.expired()).isTrue();
        assertThat(driver.observe(UNLEASED).orElseThrow().expired()).isFalse();
        assertThat(driver(root, Processes.unknown()).observe(KEY).orElseThrow().expired())
                .as("a process that cannot tell who it is leaves it to the lease")
                .isFalse();

        acquired(driver.takeOver(leased(driver, KEY), dead));
        assertThat(driver.observe(KEY).orElseThrow().expired()).isFalse();
    }

    @Test
    void ourOwnLockIsNotExpired() {
        LockDriver driver = driver(root, ProcProcesses.system());
        var lock = taken(driver, leased(driver, KEY));
        driver.renew(lock);
        assertThat(driver.observe(KEY).orElseThrow().expired()).isFalse();
    }

    @Test
    void recordsNameTheProcessOnlyWithALease() throws IOException {
        ProcProcesses processes = ProcProcesses.system();
        LockDriver driver = driver(root, processes);
        taken(driver, leased(driver, KEY));
        taken(driver, unleased(driver, UNLEASED));

        assertThat(record(driver, KEY).lease().flatMap(LockFile.Lease::process))
                .isPresent()
                .isEqualTo(processes.self());
        assertThat(record(driver, UNLEASED).lease()).isEqualTo(Optional.empty());
    }

    private static LockFile record(LockDriver driver, StateKey key) throws IOException {
        return LockFile.decode(Files.readAllBytes(Path.of(driver.lockPath(key))));
    }

    @Test
    void theProcessOfALockCannotBeFakedByItsText() {
        assertThat(ProcProcesses.system().isGone("x;y;0;1;1")).isFalse();
    }
}
