package io.github.statelock.cli;

import io.github.statelock.cli.Json.Fields;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Where a command says what it did: results to standard output, as text or as one line of JSON; everything else to standard
 * error.
 */
final class Output {

    private static final String DO_NOT_WRAP = "\u001B[?7l";
    private static final String WRAP = "\u001B[?7h";

    private final PrintStream out;
    private final PrintStream err;
    private final BooleanSupplier json;
    private final BooleanSupplier verbose;

    Output(PrintStream out, PrintStream err, BooleanSupplier json, BooleanSupplier verbose) {
        this.out = out;
        this.err = err;
        this.json = json;
        this.verbose = verbose;
    }

    /** The same streams, in JSON. */
    Output inJson() {
        return new Output(out, err, () -> true, verbose);
    }

    boolean isJson() {
        return json.getAsBoolean();
    }

    boolean isVerbose() {
        return verbose.getAsBoolean();
    }

    /** The result, in the form that was asked for. */
    void result(String text, Fields fields) {
        if (isJson()) {
            out.println(Json.write(fields));
        } else if (!text.isEmpty()) {
            out.println(text);
        }
    }

    /** A result of several rows: lines of text, or one JSON object with a list. */
    void rows(String name, List<String> lines, List<?> items) {
        result(String.join("\n", lines), Json.object().with(name, items));
    }

    /** The content of a state, as it is. */
    PrintStream raw() {
        return out;
    }

    /** Whether something of the result could not be written: nobody has all of it. */
    boolean isBroken() {
        return out.checkError();
    }

    /** The failure of a command whose result nobody got. */
    static FailureException broken(String more) {
        return new FailureException("Standard output could not be written, so the result is not whole." + more);
    }

    PrintStream errors() {
        return err;
    }

    /** Something to know, while the command works. */
    void note(String text, Fields fields) {
        err.println(isJson() ? Json.write(fields) : "statelock: " + text);
    }

    /** A line of a log. */
    void log(String text, Fields fields) {
        err.println(isJson() ? Json.write(fields) : text);
    }

    /** The stack trace of what nobody expected, for those who asked for it. */
    void trace(Throwable e) {
        if (isVerbose()) {
            StringWriter trace = new StringWriter();
            e.printStackTrace(new PrintWriter(trace, true));
            note(trace.toString(), Json.object().with("trace", trace.toString()));
        }
    }

    /**
     * A line that the next one replaces, for a terminal: what does not fit is cut. A line that is wider all the same, since its
     * characters are or since the terminal was made narrower, is not continued on the next one, where it could not be
     * replaced.
     */
    void replaceLine(String text) {
        String line = text.isEmpty() ? "" : DO_NOT_WRAP + Words.cutEnd(text, columns()) + WRAP;
        err.print("\r\u001B[K" + line);
        err.flush();
    }

    /** The room for a line that is replaced. The last column stays empty: some terminals go on to the next line there. */
    static int columns() {
        return Terminal.columns() - 1;
    }
}
