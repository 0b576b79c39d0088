/** The other half of a cycle. */
@NullMarked
package io.github.statelock.cycle.b;

import org.jspecify.annotations.NullMarked;
