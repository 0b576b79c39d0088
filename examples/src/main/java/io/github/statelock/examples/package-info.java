/** The examples of the README and the docs, and the quickstart. */
@NullMarked
package io.github.statelock.examples;

import org.jspecify.annotations.NullMarked;
