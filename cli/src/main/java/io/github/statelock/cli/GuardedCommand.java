package io.github.statelock.cli;

import io.github.statelock.HeldLock;
import io.github.statelock.LockOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A command that runs while a lock is held, with this process's own input, output and signals. When the lock is lost it gets
 * TERM, and what is left of it and its children KILL, before the lease ends and somebody else may start.
 */
final class GuardedCommand {

    private static final int NOT_FOUND = 127;

    /** Told of a loss up to 100 ms after the deadline, and a KILL takes its time too. */
    private static final Duration BEFORE_LEASE_ENDS = Duration.ofMillis(300);

    private static final Duration GRACE_AT_STOP = Duration.ofSeconds(10);

    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(50);

    /** How often a KILL is followed by one more look for what was started in between. */
    private static final int MOST_LOOKS = 3;

    private final Output output;
    private final HeldLock lock;
    private final Optional<Duration> graceWhenLost;
    private volatile CompletableFuture<Void> ending = CompletableFuture.completedFuture(null);

    /**
     * A command under a lock.
     *
     * @param graceWhenLost the time from TERM to KILL when the lock is lost; empty to let the command go on
     */
    GuardedCommand(Output output, HeldLock lock, Optional<Duration> graceWhenLost) {
        this.output = output;
        this.lock = lock;
        this.graceWhenLost = graceWhenLost;
    }

    /** The time from TERM to KILL: what is left of the lease when its holder is told that it is lost. */
    static Duration graceOf(Duration lease) {
        return LockOptions.safetyMargin(lease).minus(BEFORE_LEASE_ENDS);
    }

    /** Runs the command to its end and returns its exit code. */
    int run(List<String> command, Map<String, String> environment) throws InterruptedException {
        lock.ensureHeld();
        ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
        builder.environment().remove("STATELOCK_FENCE"); // of a lock around this one, if that drew one
        builder.environment().putAll(environment);
        // Of the locks around this one too: when one of those is lost, its command ends, and this one is part of it.
        builder.environment().merge(Family.MARKS, lock.info().id(), (outer, own) -> outer + " " + own);
        Signals signals = Signals.hold();
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            signals.passOn(signal -> {});
            output.note(String.valueOf(e.getMessage()), Json.object().with("notStarted", e.getMessage()));
            return NOT_FOUND;
        }
        signals.passOn(signal -> Signals.send(signal, process));
        lock.onLost(loss -> onLost(process));
        try {
            int code = process.waitFor();
            ending.join();
            return code;
        } catch (InterruptedException e) { // told to stop just before the signals were held back
            end(process, GRACE_AT_STOP);
            throw e;
        }
    }

    private void onLost(Process process) {
        CompletableFuture<Void> ended = new CompletableFuture<>();
        ending = ended; // before the command can end of it, so that nobody leaves before its children have ended too
        // On a thread of its own: a reader who does not read our errors must not hold up the end of the command.
        CompletableFuture<Void> told = CompletableFuture.runAsync(this::tellOfLoss);
        try {
            graceWhenLost.ifPresent(grace -> end(process, grace));
            told.completeOnTimeout(null, 1, TimeUnit.SECONDS).join();
        } finally {
            ended.complete(null);
        }
    }

    private void tellOfLoss() {
        output.note(
                "The lock of \"" + lock.key() + "\" is lost: "
                        + (graceWhenLost.isPresent() ? "ending the command." : "the command goes on without it."),
                Json.object().with("lost", lock.info().id()));
    }

    private void end(Process process, Duration grace) {
        long end = System.nanoTime() + grace.toNanos();
        Family family = new Family(process.toHandle(), lock.info().id());
        family.forEach(ProcessHandle::destroy);
        while (family.isAlive() && System.nanoTime() - end < 0) {
            family.awaitEnd(BETWEEN_LOOKS);
            family.look(); // what a dying parent has started is nobody's child once the parent is dead
        }
        for (int looks = 0; looks < MOST_LOOKS && family.isAlive(); looks++) {
            family.look();
            family.forEach(ProcessHandle::destroyForcibly);
            family.awaitEnd(BETWEEN_LOOKS);
        }
    }
}
