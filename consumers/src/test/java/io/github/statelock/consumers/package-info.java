/** What is published, as others use it. */
@NullMarked
package io.github.statelock.consumers;

import org.jspecify.annotations.NullMarked;
