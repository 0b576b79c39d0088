/**
 * The algorithms, once for all backends: taking, keeping, losing and breaking locks, and resolving state writes whose
 * answer was lost. Backends build a {@link io.github.statelock.engine.DriverBackend} over their drivers.
 */
@NullMarked
package io.github.statelock.engine;

import org.jspecify.annotations.NullMarked;
