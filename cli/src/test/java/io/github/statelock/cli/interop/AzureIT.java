package io.github.statelock.cli.interop;

/** {@code backend "azurerm"}. */
final class AzureIT extends InteropContract {
    @Override
    SharedStore openStore() throws Exception {
        return new AzureStore(folder);
    }
}
