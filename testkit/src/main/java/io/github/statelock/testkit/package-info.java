/**
 * The contracts that every backend keeps, as abstract JUnit classes, and what they are built of: a clock and a scheduler
 * that a test moves, drivers that lose answers, an oracle for overlapping holders, a check of version histories. Also
 * {@link io.github.statelock.testkit.DistributedLock}, which runs a test under a lock that other machines see.
 */
@NullMarked
package io.github.statelock.testkit;

import org.jspecify.annotations.NullMarked;
