package io.github.statelock.cli;

import io.github.statelock.BackendProvider;
import io.github.statelock.StateBackend;
import io.github.statelock.local.MemoryBackend;
import java.net.URI;
import java.util.Set;

/** Opens {@code broken:NAME?DEFECT}: a store in memory with one thing wrong. For this JVM's tests; no jar has it. */
public final class BrokenBackendProvider implements BackendProvider {

    @Override
    public Set<String> schemes() {
        return Set.of("broken");
    }

    @Override
    public StateBackend open(URI uri) {
        String[] parts = uri.getSchemeSpecificPart().split("\\?", 2);
        return new BrokenBackend(MemoryBackend.open(parts[0]), BrokenBackend.Defect.valueOf(parts[1]));
    }
}
