/**
 * Locks and versioned state on the storage a team already has, wire-compatible with Terraform and OpenTofu.
 */
module io.github.statelock {
    requires com.fasterxml.jackson.core;
    requires org.slf4j;
    requires static com.google.errorprone.annotations;
    requires static transitive org.jspecify;

    exports io.github.statelock;
    exports io.github.statelock.engine;
    exports io.github.statelock.local;
    exports io.github.statelock.spi;
    exports io.github.statelock.terraform;

    uses io.github.statelock.BackendProvider;

    provides io.github.statelock.BackendProvider with
            io.github.statelock.local.FileBackendProvider,
            io.github.statelock.local.MemoryBackendProvider,
            io.github.statelock.local.TerraformFolderBackendProvider;
}
