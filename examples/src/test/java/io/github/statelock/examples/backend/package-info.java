@NullMarked
package io.github.statelock.examples.backend;

import org.jspecify.annotations.NullMarked;
