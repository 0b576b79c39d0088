package io.github.statelock.examples;

import io.github.statelock.BackendUnavailableException;
import io.github.statelock.LockHeldException;
import io.github.statelock.LockInfo;
import io.github.statelock.LockListener;
import io.github.statelock.LockLostException;
import io.github.statelock.LockOptions;
import io.github.statelock.LockedState;
import io.github.statelock.ObservedLock;
import io.github.statelock.OutcomeUnknownException;
import io.github.statelock.State;
import io.github.statelock.StateBackend;
import io.github.statelock.StateConflictException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/** A deployer that embeds the library: it waits with progress, stops when its lock is lost, and tells the errors apart. */
final class EmbeddedDeployer {

    private final StateBackend backend;

    EmbeddedDeployer(StateBackend backend) {
        this.backend = backend;
    }

    /** Applies a change, and says in one line what came of it. */
    String deploy(String key, Function<Optional<State>, byte[]> change) throws InterruptedException {
        LockOptions options = LockOptions.builder()
                .operation("apply")
                .info("nightly rollout")
                .waitUpTo(Duration.ofMinutes(10))
                .listener(new Progress())
                .build();
        try (LockedState state = backend.lock(key, options)) {
            Thread worker = Thread.currentThread();
            state.lock().onLost(reason -> worker.interrupt()); // long work outside the store should stop
            byte[] next = change.apply(state.read());
            state.lock().ensureHeld();
            return "written as version " + state.write(next);
        } catch (LockHeldException e) {
            return "not started: " + e.getMessage();
        } catch (LockLostException e) {
            return "stopped, the lock is lost; nothing was written: " + e.getMessage();
        } catch (StateConflictException e) {
            return "nothing was written, somebody without the lock changed the state: " + e.getMessage();
        } catch (OutcomeUnknownException e) {
            return "read the state before anything else: " + e.getMessage();
        } catch (BackendUnavailableException e) {
            return "nothing was done, try again: " + e.getMessage();
        }
    }

    private static final class Progress implements LockListener {
        @Override
        public void waiting(ObservedLock holder, Duration elapsed) {
            System.out.printf(
                    "%s holds the lock; waiting for %d s%n",
                    holder.info().map(LockInfo::who).orElse("somebody"), elapsed.toSeconds());
        }
    }
}
