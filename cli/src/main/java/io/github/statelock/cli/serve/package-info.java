/** Terraform's and OpenTofu's {@code http} backend, as a server over any store. For the command line alone. */
@NullMarked
package io.github.statelock.cli.serve;

import org.jspecify.annotations.NullMarked;
