/** The command line beside the real OpenTofu, on the same states. Run with {@code mvn verify -Pinterop}. */
@NullMarked
package io.github.statelock.cli.interop;

import org.jspecify.annotations.NullMarked;
