/**
 * States and locks in Google Cloud Storage. {@link io.github.statelock.gcs.GcsBackend} opens a bucket; every change carries
 * preconditions on the object's generation, which the service checks.
 */
@NullMarked
package io.github.statelock.gcs;

import org.jspecify.annotations.NullMarked;
