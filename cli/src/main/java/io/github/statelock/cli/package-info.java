/** The command line. Its commands, output and exit codes are a contract; its classes are not. */
@NullMarked
package io.github.statelock.cli;

import org.jspecify.annotations.NullMarked;
