package io.github.statelock.cli;

import io.github.statelock.InvalidKeyException;
import io.github.statelock.LockHeldException;
import io.github.statelock.LockIdMismatchException;
import io.github.statelock.LockInfo;
import io.github.statelock.ObservedLock;
import io.github.statelock.Remedy;
import io.github.statelock.StatelockException;
import io.github.statelock.cli.Json.Fields;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import picocli.CommandLine;

/** Says what went wrong in one paragraph, with the command that helps where there is one, and chooses the exit code. */
final class Errors {

    private final Output output;
    private final Supplier<String> store;

    Errors(Output output, Supplier<String> store) {
        this.output = output;
        this.store = store;
    }

    /**
     * What a failure means.
     *
     * @param kind the kind, as JSON has it
     * @param exitCode what a command that fails of it exits with
     * @param message for the user
     * @param more what else JSON says of it
     */
    record Problem(String kind, int exitCode, String message, Fields more) {

        static Problem of(String kind, int exitCode, String message) {
            return new Problem(kind, exitCode, message, Json.object());
        }

        Fields json() {
            Fields error =
                    Json.object().with("kind", kind).with("exitCode", exitCode).with("message", message);
            error.putAll(more);
            return error;
        }
    }

    int onWrongArguments(CommandLine.ParameterException e, String[] args) {
        String command = e.getCommandLine().getCommandSpec().qualifiedName();
        // What was parsed so far does not tell: the wrong argument may stand before --json.
        Errors asked = List.of(args).contains("--json") ? new Errors(output.inJson(), store) : this;
        return asked.print(Problem.of("usage", ExitCodes.USAGE, wrong(e) + "\nTry '" + command + " --help'."), e);
    }

    /** What is wrong with the arguments. Where a command should stand, the first unknown word is taken for one. */
    private static String wrong(CommandLine.ParameterException e) {
        if (!(e instanceof CommandLine.UnmatchedArgumentException unmatched)
                || unmatched.isUnknownOption()
                || unmatched.getCommandLine().getParent() != null) {
            return message(e);
        }
        List<String> meant = unmatched.getSuggestions();
        return "Unknown command '" + unmatched.getUnmatched().get(0) + "'"
                + (meant.isEmpty() ? "." : ". Did you mean " + String.join(" or ", meant) + "?");
    }

    /** Reports what a command threw, and returns its exit code. */
    int report(Throwable e) {
        return print(explain(e), e);
    }

    /** What a failure means, in the words of the command line. */
    Problem explain(Throwable e) {
        if (e instanceof StatelockException failure) {
            return explain(failure);
        }
        if (e instanceof LeasedException leased) {
            return explainLeased(leased.holder());
        }
        if (e instanceof UsageException || e instanceof InvalidKeyException) {
            return Problem.of("usage", ExitCodes.USAGE, message(e));
        }
        if (e instanceof InterruptedException) {
            return Problem.of("interrupted", ExitCodes.FAILURE, "Interrupted.");
        }
        if (e instanceof FailureException || e instanceof IllegalArgumentException) {
            return Problem.of("failure", ExitCodes.FAILURE, message(e));
        }
        if (e instanceof IOException) {
            return Problem.of("failure", ExitCodes.FAILURE, io(e));
        }
        if (e instanceof OutOfMemoryError) {
            return Problem.of(
                    "failure",
                    ExitCodes.FAILURE,
                    "There is not enough memory: " + message(e)
                            + ". States are held in memory, more than once; give Java"
                            + " more, such as by JAVA_TOOL_OPTIONS=-Xmx4g.");
        }
        return Problem.of("bug", ExitCodes.FAILURE, "Unexpected " + e + "\nPlease report it with --verbose.");
    }

    private Problem explain(StatelockException e) {
        Fields more = Json.object();
        Optional<ObservedLock> holder = holder(e);
        holder.ifPresent(lock -> more.with("holder", Locks.json(lock)));
        if (e instanceof LockHeldException held) {
            more.with("seenAlive", held.seenAlive());
            if (OuterLocks.include(held.holder())) {
                return new Problem("held", ExitCodes.HELD, outer(held.holder()), more.with("outer", true));
            }
        }
        boolean unreadable = holder.filter(lock -> lock.info().isEmpty()).isPresent();
        if (e instanceof LockHeldException || unreadable) {
            holder.flatMap(this::command).ifPresent(line -> more.with("command", line));
        }
        StringBuilder message = new StringBuilder(e.problem());
        for (Remedy remedy : e.remedies()) {
            message.append(holder.flatMap(this::command)
                    .map(Errors::ifDead)
                    .orElseGet(() -> "\n" + remedy.when() + ":\n  " + command(remedy)));
        }
        return new Problem(e.kind().name().toLowerCase(Locale.ROOT), ExitCodes.of(e), message.toString(), more);
    }

    private String command(Remedy remedy) {
        String key = Shell.quote(remedy.key().value());
        if (remedy instanceof Remedy.ForceUnlock lock) {
            return command(forceUnlock(remedy.key().value(), lock.lockId()));
        }
        return command(remedy instanceof Remedy.Overwrite ? "push " + key + " FILE --force" : "repair-digest " + key);
    }

    /** To free this lock would be to lose one's own. */
    private static String outer(ObservedLock lock) {
        return "Error acquiring the state lock: \"" + lock.key()
                + "\" is held by the 'statelock lock' that runs this command.\nLock Info:\n"
                + lock.info().map(LockInfo::describe).orElse("")
                + "The command has the lock already, so that nothing in it can take it once more. Leave out the inner lock."
                + "\nTerraform and OpenTofu take it too: run them with -lock=false inside 'statelock lock', or without"
                + " 'statelock lock' around them.";
    }

    private static String ifDead(String command) {
        return "\nIf you are sure that the holder is dead, free the lock with:\n  " + command;
    }

    private Problem explainLeased(ObservedLock holder) {
        Fields more = Json.object().with("holder", Locks.json(holder));
        command(holder).ifPresent(line -> more.with("command", line));
        String message = "The lock of \"" + holder.key()
                + "\" has a lease, which its holder renews: only what 'statelock"
                + " acquire' took can be unlocked. Nothing was unlocked."
                + holder.info()
                        .map(info -> "\nLock Info:\n" + info.describe().stripTrailing())
                        .orElse("")
                + command(holder).map(Errors::ifDead).orElse("");
        return new Problem("held", ExitCodes.HELD, message, more);
    }

    private static Optional<ObservedLock> holder(StatelockException e) {
        if (e instanceof LockHeldException held) {
            return Optional.of(held.holder());
        }
        return e instanceof LockIdMismatchException other ? Optional.of(other.actual()) : Optional.empty();
    }

    /** The one command to run where the holder is dead. */
    private Optional<String> command(ObservedLock holder) {
        String id = holder.info().map(LockInfo::id).orElse(holder.version());
        return id.isEmpty()
                ? Optional.empty()
                : Optional.of(command(
                        forceUnlock(holder.key().value(), id),
                        holder.info().isPresent() ? store.get() : StorePlaces.breakingUnnamed(store.get())));
    }

    private static String forceUnlock(String key, String id) {
        return "force-unlock " + Shell.quote(key) + " " + Shell.quote(Shell.escape(id));
    }

    /** A command for the store that this one was for. */
    private String command(String words) {
        return command(words, store.get());
    }

    private static String command(String words, String named) {
        return "statelock " + words + (named.isEmpty() ? "" : " --store " + Shell.quote(named));
    }

    private static String io(Throwable e) {
        if (e instanceof NoSuchFileException file) {
            return "There is no file " + file.getFile() + ".";
        }
        if (e instanceof AccessDeniedException file) {
            return "No permission for " + file.getFile() + ".";
        }
        if (e instanceof FileSystemException file) {
            return file.getFile() + ": " + file.getReason();
        }
        return message(e);
    }

    private static String message(Throwable e) {
        return String.valueOf(e.getMessage());
    }

    private int print(Problem problem, Throwable e) {
        output.note(problem.message(), Json.object().with("error", problem.json()));
        output.trace(e);
        return problem.exitCode();
    }
}
