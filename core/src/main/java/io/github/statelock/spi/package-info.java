/**
 * What a backend implements: {@link io.github.statelock.spi.LockDriver} and {@link io.github.statelock.spi.StateDriver},
 * one conditional request per method. Waiting, retrying, leases and threads are the engine's.
 */
@NullMarked
package io.github.statelock.spi;

import org.jspecify.annotations.NullMarked;
