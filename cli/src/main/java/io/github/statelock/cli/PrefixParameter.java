package io.github.statelock.cli;

import picocli.CommandLine.Parameters;

/** Which keys a command that lists is about. */
final class PrefixParameter {

    @Parameters(
            index = "0",
            arity = "0..1",
            defaultValue = "",
            paramLabel = "PREFIX",
            description = "The beginning of the keys. By default all.")
    String text;
}
