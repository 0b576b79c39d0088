package io.github.statelock.azure;

import com.azure.core.credential.TokenCredential;
import com.azure.core.http.HttpClient;
import com.azure.identity.DefaultAzureCredentialBuilder;
import io.github.statelock.BackendMisconfiguredException;

/** The credential of the environment, where the optional library for it is there. */
final class DefaultCredential {

    private DefaultCredential() {}

    static TokenCredential get(HttpClient transport) {
        try {
            return Identity.credential(transport);
        } catch (NoClassDefFoundError e) {
            throw new BackendMisconfiguredException(
                    "No credential for Azure: set AZURE_STORAGE_CONNECTION_STRING, AZURE_STORAGE_KEY or"
                            + " AZURE_STORAGE_SAS_TOKEN, give one to the builder, or add the dependency"
                            + " com.azure:azure-identity for the signed-in identity.",
                    e);
        }
    }

    /** A class of its own, so that nothing of the library is loaded before it is asked for. */
    private static final class Identity {

        static TokenCredential credential(HttpClient transport) {
            return new DefaultAzureCredentialBuilder().httpClient(transport).build();
        }
    }
}
