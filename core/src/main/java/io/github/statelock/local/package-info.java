/** Backends that need no account: {@code mem:name} within one JVM, {@code file:///path} for processes of one machine. */
@NullMarked
package io.github.statelock.local;

import org.jspecify.annotations.NullMarked;
