package io.github.statelock.local;

import io.github.statelock.BackendMisconfiguredException;
import io.github.statelock.engine.DriverBackend;
import io.github.statelock.engine.EngineOptions;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/**
 * States and locks in memory, for tests and for programs of one process: {@code mem:name}. All backends of one name share
 * one store, as clients of one bucket do, within the classes of one class loader; the store stays when they are closed, and
 * ends with the JVM. The last 10 versions of each state are kept.
 *
 * <p>Safe for use by several threads.
 */
public final class MemoryBackend extends DriverBackend {

    private static final Map<String, Store> STORES = new ConcurrentHashMap<>();

    private record Store(LocalLockDriver locks, MemoryStateDriver states) {

        static Store named(String name) {
            return new Store(
                    new LocalLockDriver(new MemoryRecords(name), Processes.unknown()), new MemoryStateDriver());
        }
    }

    private MemoryBackend(Store store, EngineOptions options) {
        super(store.locks(), store.states(), options);
    }

    /**
     * Opens the store of that name with the defaults.
     *
     * @param name the store's name
     * @return a backend, to be closed by the caller
     * @throws BackendMisconfiguredException if the name is empty
     */
    public static MemoryBackend open(String name) {
        return builder(name).build();
    }

    /**
     * A builder with the defaults.
     *
     * @param name the store's name
     * @return a new builder
     */
    public static Builder builder(String name) {
        return new Builder(name);
    }

    /** Builds {@link MemoryBackend}s. Not safe for use by several threads; what it builds is. */
    public static final class Builder extends DriverBackend.Builder<Builder> {

        private final String name;

        private Builder(String name) {
            super(EngineOptions.builder());
            this.name = Objects.requireNonNull(name, "name");
        }

        /**
         * Opens the store.
         *
         * @return a new backend, to be closed by the caller
         * @throws BackendMisconfiguredException if the name is empty
         */
        public MemoryBackend build() {
            if (name.isBlank()) {
                throw new BackendMisconfiguredException("A memory store needs a name, such as mem:test.", null);
            }
            return new MemoryBackend(STORES.computeIfAbsent(name, Store::named), engineOptions());
        }
    }
}
