package io.github.statelock.cli;

import io.github.statelock.InvalidKeyException;
import io.github.statelock.LockHeldException;
import io.github.statelock.LockIdMismatchException;
import io.github.statelock.LockInfo;
import io.github.statelock.ObservedLock;
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
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;

/** Says what went wrong in one paragraph, with the command that helps where there is one, and chooses the exit code. */
final class Errors {

    /** The library's advice, which is to be given in the words of the command line. */
    private static final Pattern ADVICE = Pattern.compile(
            " (?:forceUnlock\\(\"(.*)\", \"(.*)\"\\)|(repairDigest|overwrite)\\(\"(.*?)\"\\))(\\.\\z)?");

    private static final String NOTHING_WAS_CHANGED = "nothing was changed.";

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
        boolean unreadable = holder.filter(lock -> lock.info().isEmpty()).isPresent();
        Optional<String> command = holder.flatMap(this::command);
        if (e instanceof LockHeldException held) {
            more.with("seenAlive", held.seenAlive());
            if (OuterLocks.include(held.holder())) {
                return new Problem("held", ExitCodes.HELD, outer(held.holder()), more.with("outer", true));
            }
        }
        if (e instanceof LockHeldException || unreadable) {
            command.ifPresent(line -> more.with("command", line));
        }
        String message = e instanceof LockIdMismatchException && unreadable
                ? unreadable(message(e), command)
                : ADVICE.matcher(message(e)).replaceAll(call -> inWordsOfTheCommandLine(call, command));
        return new Problem(e.kind().name().toLowerCase(Locale.ROOT), ExitCodes.of(e), message, more);
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

    /** What the library advises here is a call of Java's. */
    private static String unreadable(String message, Optional<String> command) {
        int end = message.indexOf(NOTHING_WAS_CHANGED);
        return (end < 0 ? message : message.substring(0, end + NOTHING_WAS_CHANGED.length()))
                + "\nThe record of the lock is unreadable."
                + command.map(Errors::ifDead).orElse("");
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

    /** At the end of a text it stands on a line of its own, to be copied. */
    private String inWordsOfTheCommandLine(MatchResult call, Optional<String> freeing) {
        String command = call.group(3) == null
                ? freeing.orElseGet(() -> command(forceUnlock(call.group(1), call.group(2))))
                : call.group(3).equals("overwrite")
                        ? command("push " + Shell.quote(call.group(4)) + " FILE --force")
                        : command("repair-digest " + Shell.quote(call.group(4)));
        return Matcher.quoteReplacement(call.group(5) == null ? " '" + command + "'" : ":\n  " + command);
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
