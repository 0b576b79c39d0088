package io.github.statelock.cycle.b;

import io.github.statelock.cycle.a.Hen;
import org.jspecify.annotations.Nullable;

/** The other half. */
public record Egg(@Nullable Hen from) {}
