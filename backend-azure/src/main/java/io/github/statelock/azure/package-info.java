/** States in Azure Blob Storage, locked by blob leases as Terraform's {@code azurerm} backend locks them. */
@NullMarked
package io.github.statelock.azure;

import org.jspecify.annotations.NullMarked;
