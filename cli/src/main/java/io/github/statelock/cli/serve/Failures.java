package io.github.statelock.cli.serve;

import io.github.statelock.LockHeldException;
import io.github.statelock.LockIdMismatchException;
import io.github.statelock.Printable;
import io.github.statelock.Remedy;
import io.github.statelock.StatelockException;
import java.util.concurrent.CompletionException;

/** Which status says what went wrong. A contract: see docs/http-backend.md. */
final class Failures {

    private Failures() {}

    static Answer of(StatelockException e) {
        String message = message(e);
        if (e instanceof LockHeldException held) {
            return Answer.holder(423, held.holder(), message);
        }
        if (e instanceof LockIdMismatchException other) {
            return Answer.holder(409, other.actual(), message);
        }
        return switch (e.kind()) {
            case HELD -> Answer.text(423, message);
            case LOST, CONFLICT -> Answer.text(409, message);
            case DENIED -> Answer.text(403, message);
            case UNREACHABLE -> Answer.text(503, message).retry();
            case MISCONFIGURED, CORRUPT, OUTCOME_UNKNOWN -> Answer.text(500, message);
        };
    }

    /** The client does not have the store: what can be done is done where the server is. */
    private static String message(StatelockException e) {
        StringBuilder message = new StringBuilder(e.problem());
        for (Remedy remedy : e.remedies()) {
            message.append(' ').append(remedy.when()).append(" '").append(command(remedy));
            message.append("' at the server's store.");
        }
        return message.toString();
    }

    private static String command(Remedy remedy) {
        if (remedy instanceof Remedy.ForceUnlock lock) {
            return "statelock force-unlock " + remedy.key() + " " + Printable.line(lock.lockId());
        }
        return remedy instanceof Remedy.Overwrite
                ? "statelock push --force " + remedy.key() + " FILE"
                : "statelock repair-digest " + remedy.key();
    }

    /** Whatever a request ended with. */
    static Answer ofAny(Throwable e) {
        Throwable cause = e instanceof CompletionException && e.getCause() != null ? e.getCause() : e;
        if (cause instanceof Refusal refusal) {
            return refusal.answer();
        }
        if (cause instanceof StatelockException failure) {
            return of(failure);
        }
        if (cause instanceof OutOfMemoryError) {
            return Memory.full().answer().because("out of memory: " + cause).causedBy(cause);
        }
        return unexpected(cause);
    }

    /** What nobody expected. Its message stays in the log: it may name anything. */
    private static Answer unexpected(Throwable e) {
        return Answer.text(500, "The server failed unexpectedly. Its log says more.")
                .because("unexpected " + e)
                .causedBy(e);
    }
}
