package io.github.statelock.cli;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.codegen.docgen.manpage.ManPageGenerator;

/** Writes the manual's pages, in AsciiDoc, for the build. */
final class ManPages {

    private ManPages() {}

    /** Writes them into the folder that the first argument names. */
    public static void main(String[] args) throws IOException {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
        CommandLine line = Statelock.commandLine(nowhere, nowhere);
        List<CommandSpec> specs = new ArrayList<>(List.of(line.getCommandSpec()));
        line.getSubcommands().values().forEach(subcommand -> specs.add(subcommand.getCommandSpec()));
        int code = ManPageGenerator.generateManPage(
                new File(args[0]), null, new boolean[0], false, specs.toArray(CommandSpec[]::new));
        if (code != 0) {
            throw new IOException("The manual's pages could not be written: " + code);
        }
    }
}
