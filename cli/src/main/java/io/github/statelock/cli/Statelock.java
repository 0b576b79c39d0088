package io.github.statelock.cli;

import io.github.statelock.BackendMisconfiguredException;
import io.github.statelock.StateBackend;
import io.github.statelock.StateBackends;
import io.github.statelock.StateKey;
import io.github.statelock.spi.UriOptions;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command itself, with the options that all subcommands share. */
@Command(
        name = "statelock",
        description = "Locks and stores shared state the way Terraform and OpenTofu do, on S3, Azure Blob Storage,"
                + " Google Cloud Storage or a folder.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        synopsisSubcommandLabel = "COMMAND",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            " 0:done",
            " 1:failed, or there is no such state",
            " 2:wrong arguments, or a store that cannot be opened by them",
            " 3:the lock is held by another",
            " 4:the lock was lost",
            " 5:conflict: version, serial, lineage or lock ID",
            " 6:denied",
            " 7:the store is unreachable; nothing was changed",
            " 8:the outcome is unknown",
            "129, 130, 143:ended by HUP, INT or TERM"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  export STATELOCK_STORE=file:///var/lib/states",
            "  statelock lock prod/network.tfstate --wait 5m -- ./deploy.sh",
            "  statelock show prod/network.tfstate --json",
            "  statelock --store 's3://bucket/prefix?region=eu-central-1' locks"
        })
final class Statelock implements Callable<Integer> {

    /** The output of this run. */
    final Output output;

    @Option(
            names = "--store",
            paramLabel = "URI",
            scope = ScopeType.INHERIT,
            description = "Where the states are, such as file:///var/lib/states, s3://bucket/prefix?region=REGION,"
                    + " azblob://container@account/prefix or gs://bucket/prefix. By default $STATELOCK_STORE.")
    private @Nullable URI store;

    @Option(
            names = "--json",
            scope = ScopeType.INHERIT,
            description = "Print results as JSON to standard output, and errors as JSON to standard error.")
    private boolean json;

    @Option(
            names = "--verbose",
            scope = ScopeType.INHERIT,
            description = "Log what happens to standard error, with stack traces of errors.")
    private boolean verbose;

    @Spec
    private CommandSpec command;

    private final Ending ending;

    private Statelock(PrintStream out, PrintStream err, Ending ending) {
        this.ending = ending;
        this.output = new Output(out, err, () -> json, () -> verbose);
    }

    /** Without a command: shows which there are. A script that names none by mistake must not go on as if it was done. */
    @Override
    public Integer call() {
        if (output.isJson()) {
            throw new UsageException("There is no command.\nTry 'statelock --help'.");
        }
        output.errors().print(command.commandLine().getUsageMessage());
        return ExitCodes.USAGE;
    }

    /** Runs one command and returns its exit code. A signal ends it in order, until it handles signals itself. */
    static int run(PrintStream out, PrintStream err, String... args) {
        try (Ending ending = Ending.inOrder()) {
            Statelock root = new Statelock(out, err, ending);
            int code = root.execute(args);
            return code == ExitCodes.DONE && root.output.isBroken()
                    ? root.errors().report(Output.broken(""))
                    : code;
        }
    }

    private int execute(String... args) {
        try {
            return commandLine().execute(args);
        } catch (Error e) { // picocli passes it on, and Java would print it and exit with its own 1
            return errors().report(e);
        }
    }

    /** The whole command line, for what is generated from it. */
    static CommandLine commandLine(PrintStream out, PrintStream err) {
        return new Statelock(out, err, Ending.atOnce()).commandLine();
    }

    private Errors errors() {
        return new Errors(output, this::storeName);
    }

    /** What a failure means, in the words of the command line. */
    String explain(Throwable e) {
        return errors().explain(e).message();
    }

    private CommandLine commandLine() {
        PrintStream out = output.raw();
        PrintStream err = output.errors();
        CommandLine line = new CommandLine(this);
        Commands.addTo(line, this);
        Errors errors = errors();
        // After the subcommands: these reach all of them.
        return line.setExpandAtFiles(false) // a command's arguments may well begin with an @
                .setOut(new PrintWriter(out, true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(err, true, StandardCharsets.UTF_8))
                .setUsageHelpAutoWidth(true)
                .setUsageHelpLongOptionsMaxWidth(28)
                .setHelpFactory(WholeWordHelp::new)
                .registerConverter(StateKey.class, Statelock::key)
                .registerConverter(URI.class, Statelock::uriOption)
                .registerConverter(Duration.class, Durations::parse)
                .setExecutionStrategy(this::runAsRead)
                .setParameterExceptionHandler(errors::onWrongArguments)
                .setExecutionExceptionHandler((e, command, parsed) -> errors.report(e));
    }

    private int runAsRead(CommandLine.ParseResult parsed) {
        for (String arg : parsed.originalArgs()) {
            if (isMangled(arg)) {
                throw new CommandLine.ParameterException(
                        parsed.commandSpec().commandLine(),
                        mangled("The argument " + Shell.quote(arg.contains("://") ? UriOptions.place(arg) : arg)));
            }
        }
        List<CommandLine> commands = parsed.asCommandLineList();
        if (commands.get(commands.size() - 1).getCommand() instanceof ReadsOnly) {
            ending.close();
        }
        return new CommandLine.RunLast().execute(parsed);
    }

    /**
     * Whether Java has read bytes as U+FFFD, since they are none of the locale's characters. As a key it would name another
     * lock than the same bytes do in another locale, so that two commands would not exclude each other.
     */
    private static boolean isMangled(String text) {
        return text.indexOf('\uFFFD') >= 0;
    }

    private static String mangled(String what) {
        return what + " cannot be read in this locale, whose encoding is " + System.getProperty("sun.jnu.encoding")
                + ". Set LC_ALL=C.UTF-8, or to a locale with the encoding that you use.";
    }

    private static StateKey key(String text) {
        try {
            return StateKey.verbatim(text);
        } catch (IllegalArgumentException e) {
            throw new CommandLine.TypeConversionException(String.valueOf(e.getMessage()));
        }
    }

    /** The store's URI; it has no secrets. */
    URI store() {
        URI named = store;
        if (named != null) {
            return named;
        }
        String environment = System.getenv("STATELOCK_STORE");
        if (environment == null || environment.isBlank()) {
            throw new UsageException("No store is named: use --store URI, or set STATELOCK_STORE.");
        }
        if (isMangled(environment)) {
            throw new UsageException(mangled("STATELOCK_STORE, " + Shell.quote(UriOptions.place(environment)) + ","));
        }
        try {
            return new URI(environment);
        } catch (URISyntaxException e) {
            throw new UsageException("STATELOCK_STORE" + isNoUri(environment, e));
        }
    }

    private static URI uriOption(String text) {
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            throw new CommandLine.TypeConversionException("it" + isNoUri(text, e));
        }
    }

    /** Without what may be a secret in it, which the exception's own message repeats. */
    private static String isNoUri(String text, URISyntaxException e) {
        return " is not a URI: " + e.getReason() + " in " + Shell.quote(UriOptions.place(text));
    }

    /** Whether the store is named by an argument. */
    boolean isStoreNamed() {
        return store != null;
    }

    /** How to name the store in a command that is shown to the user; empty where the environment names it. */
    private String storeName() {
        URI named = store;
        return named == null ? "" : named.toString();
    }

    /** Opens the store if it is there: what only looks or removes must not make it. The caller closes it. */
    StateBackend open() {
        URI uri = store();
        requireThere(uri);
        return open(uri);
    }

    /** Opens the store, and makes the folder that it names if that is not there; the caller closes it. */
    StateBackend openOrMake() {
        return open(store());
    }

    /** Refuses a folder that is not there. */
    void requireThere(URI uri) {
        if (StorePlaces.isMissing(uri)) {
            throw new UsageException("There is no folder " + uri.getPath() + ".");
        }
    }

    /** Opens a store for a command that ends; the caller closes it. */
    StateBackend open(URI uri) {
        if (StorePlaces.isPassing(uri)) {
            throw new UsageException(
                    "mem: is the memory of one process, and what this command did would end with it. Take another store.");
        }
        return openAny(uri);
    }

    /** Opens a store; the caller closes it. */
    StateBackend openAny(URI uri) {
        try {
            return StateBackends.open(uri);
        } catch (BackendMisconfiguredException e) {
            throw new UsageException(e);
        }
    }
}
