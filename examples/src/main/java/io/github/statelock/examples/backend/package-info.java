/** A backend for a service of one's own: what docs/own-backend.md explains. */
@NullMarked
package io.github.statelock.examples.backend;

import org.jspecify.annotations.NullMarked;
