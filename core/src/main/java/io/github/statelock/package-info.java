/**
 * Locks and versioned state on the storage a team already has, wire-compatible with Terraform and OpenTofu.
 *
 * <p>Start at {@link io.github.statelock.StateBackends#open(java.net.URI)} or at a backend's own builder, take a
 * {@link io.github.statelock.LockedState} with {@link io.github.statelock.StateBackend#lock(String,
 * io.github.statelock.LockOptions)}, and read what each {@link io.github.statelock.StatelockException} lets the caller
 * assume.
 */
@NullMarked
package io.github.statelock;

import org.jspecify.annotations.NullMarked;
