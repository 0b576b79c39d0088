package io.github.statelock.cli;

import io.github.statelock.StateBackends;
import java.util.Optional;
import picocli.CommandLine.IVersionProvider;

/** The version that the jar's manifest names. */
final class Version implements IVersionProvider {

    @Override
    public String[] getVersion() {
        return new String[] {"statelock " + text() + " (Java " + Runtime.version() + ")"};
    }

    static String text() {
        return Optional.ofNullable(StateBackends.class.getPackage().getImplementationVersion())
                .orElse("unknown");
    }
}
