/** Half of a cycle. */
@NullMarked
package io.github.statelock.cycle.a;

import org.jspecify.annotations.NullMarked;
