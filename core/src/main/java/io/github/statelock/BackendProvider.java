package io.github.statelock;

import java.net.URI;
import java.util.Set;

/**
 * Opens the backends of some URI schemes. Found by {@link java.util.ServiceLoader}; implementations have a public
 * constructor without arguments and are safe for use by several threads.
 */
public interface BackendProvider {

    /**
     * The schemes that this provider opens, in lower case, such as {@code s3}.
     *
     * @return the schemes
     */
    Set<String> schemes();

    /**
     * Opens a backend.
     *
     * @param uri a URI of one of the schemes
     * @return the backend
     * @throws BackendMisconfiguredException if the URI is not understood; the message names the part and what is allowed
     */
    StateBackend open(URI uri);
}
