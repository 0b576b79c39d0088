package io.github.statelock.cli;

import io.github.statelock.BackendProvider;
import io.github.statelock.StateBackend;
import io.github.statelock.local.MemoryBackend;
import java.net.URI;
import java.util.Set;

/**
 * Opens {@code broken:NAME?DEFECT}, a store in memory with one thing wrong, and {@code sound:NAME}, the same store with nothing
 * wrong. For this JVM's tests; no jar has it.
 */
public final class BrokenBackendProvider implements BackendProvider {

    @Override
    public Set<String> schemes() {
        return Set.of("broken", "sound");
    }

    @Override
    public StateBackend open(URI uri) {
        String[] parts = uri.getSchemeSpecificPart().split("\\?", 2);
        String defect = parts.length > 1 ? parts[1] : "NONE";
        return new BrokenBackend(MemoryBackend.open(parts[0]), BrokenBackend.Defect.valueOf(defect));
    }
}
