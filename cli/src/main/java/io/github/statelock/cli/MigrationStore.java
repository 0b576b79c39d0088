package io.github.statelock.cli;

import io.github.statelock.BackendDeniedException;
import io.github.statelock.StateBackend;
import io.github.statelock.StateKey;
import io.github.statelock.StateStore;
import io.github.statelock.s3.S3Backend;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * One side of a migration: a store and, on S3, the workspaces beside it, each of which is opened when it is needed. Not safe for
 * use by several threads.
 */
final class MigrationStore implements AutoCloseable {

    private final URI uri;
    private final StateBackend backend;
    private final Function<URI, StateBackend> opener;
    private final boolean workspaces;
    private final boolean hasOthers;
    private final Map<URI, StateBackend> opened = new HashMap<>();

    /**
     * Opens a store.
     *
     * @param workspaces whether the states of other workspaces are named as Terraform's, and not by keys of this store
     */
    MigrationStore(URI uri, boolean workspaces, Function<URI, StateBackend> opener) {
        this.uri = uri;
        this.opener = opener;
        this.backend = opener.apply(uri);
        this.hasOthers = backend instanceof S3Backend && !isOneWorkspace(uri);
        this.workspaces = workspaces && hasOthers;
    }

    static boolean isOneWorkspace(URI uri) {
        return StoreUri.option(uri, "workspace").isPresent();
    }

    /** Where one state is: the URI names the store for the user. */
    record Place(URI uri, StateBackend backend, StateKey key) {}

    URI uri() {
        return uri;
    }

    StateBackend backend() {
        return backend;
    }

    /**
     * Where the state of that name is.
     *
     * @param text as {@link TerraformNaming} writes it
     * @throws IllegalArgumentException if no state can have that name
     */
    Place place(String text) {
        TerraformName name = TerraformNaming.S3.nameOf(text).orElseThrow();
        if (!workspaces || name.isDefault()) {
            return new Place(uri, backend, StateKey.verbatim(text));
        }
        StateKey key = StateKey.verbatim(name.key());
        URI other = StoreUri.inWorkspace(uri, name.workspace());
        return new Place(other, opened.computeIfAbsent(other, opener), key);
    }

    /** The names of all states, in order, and in the list what may be a state and has no name. */
    List<String> names(List<StateStore.LeftOut> leftOut) {
        TreeSet<String> found = new TreeSet<>();
        backend.states().list("").forEach(key -> found.add(named(key.value())));
        leftOut.addAll(backend.states().leftOut(""));
        if (workspaces) {
            found.addAll(others(leftOut));
        } else if (hasOthers && !StoreUri.prefix(uri).isEmpty()) {
            for (String name : others(leftOut)) {
                leftOut.add(new StateStore.LeftOut(
                        name,
                        "it is a state of another workspace, which no key of this store"
                                + " names: open the store with workspace=, or use --terraform"));
            }
        }
        return List.copyOf(found);
    }

    private List<String> others(List<StateStore.LeftOut> leftOut) {
        List<String> found = new ArrayList<>();
        try {
            ((S3Backend) backend)
                    .workspaces("")
                    .forEach((workspace, keys) -> keys.forEach(
                            key -> found.add(TerraformNaming.S3.textOf(new TerraformName(key.value(), workspace)))));
        } catch (BackendDeniedException e) {
            leftOut.add(new StateStore.LeftOut("env:/", "other workspaces could not be listed. " + e.getMessage()));
        }
        return found;
    }

    /** Without a prefix the states of the other workspaces are below the store too: each has one name. */
    private String named(String key) {
        String before = StoreUri.option(uri, "workspace_key_prefix").orElse("env:") + "/";
        return workspaces && StoreUri.prefix(uri).isEmpty() && key.startsWith(before)
                ? "env:/" + key.substring(before.length())
                : key;
    }

    @Override
    public void close() {
        List<StateBackend> all = new ArrayList<>(opened.values());
        all.add(backend);
        all.forEach(StateBackend::close);
    }
}
