package io.github.statelock.local;

import io.github.statelock.BackendProvider;
import io.github.statelock.StateBackend;
import io.github.statelock.spi.UriOptions;
import java.net.URI;
import java.util.Set;

/**
 * Opens {@code tfdir:///path}. Parameters as of {@code file:///path}: {@link FileBackendProvider}.
 *
 * <p>Safe for use by several threads.
 */
public final class TerraformFolderBackendProvider implements BackendProvider {

    /** The provider, for {@link java.util.ServiceLoader}. */
    public TerraformFolderBackendProvider() {}

    @Override
    public Set<String> schemes() {
        return Set.of("tfdir");
    }

    @Override
    public StateBackend open(URI uri) {
        TerraformFolderBackend.Builder builder = TerraformFolderBackend.builder(FileBackendProvider.folder(uri));
        UriOptions options = new UriOptions(uri, uri.getRawQuery());
        builder.options(options);
        options.flag("allow_network_file_system", builder::allowNetworkFileSystem);
        options.refuseOthers();
        return builder.build();
    }
}
