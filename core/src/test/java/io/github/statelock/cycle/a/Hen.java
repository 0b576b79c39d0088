package io.github.statelock.cycle.a;

import io.github.statelock.cycle.b.Egg;

/** Half of a cycle of packages, for the test of the rule that finds one. */
public record Hen(Egg from) {}
