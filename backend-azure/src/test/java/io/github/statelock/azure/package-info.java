@NullMarked
package io.github.statelock.azure;

import org.jspecify.annotations.NullMarked;
