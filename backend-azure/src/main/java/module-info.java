/**
 * States and locks in Azure Blob Storage, by blob leases.
 *
 * <p>Reactor, which the Azure SDK is built on, is an automatic module: this module runs on the module path, but cannot be linked
 * into an image.
 */
module io.github.statelock.azure {
    requires transitive io.github.statelock;
    requires com.azure.core;
    requires transitive com.azure.storage.blob;
    requires com.azure.storage.common;
    requires java.net.http;
    requires org.slf4j;
    requires reactor.core;
    requires static com.azure.identity;
    requires static com.google.errorprone.annotations;
    requires static transitive org.jspecify;

    exports io.github.statelock.azure;

    provides io.github.statelock.BackendProvider with
            io.github.statelock.azure.AzureBackendProvider;
}
