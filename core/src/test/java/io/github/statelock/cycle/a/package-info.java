/** Half of a cycle of packages, for the test of the rule that finds one. */
@NullMarked
package io.github.statelock.cycle.a;

import org.jspecify.annotations.NullMarked;
