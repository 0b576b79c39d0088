/** The formats shared with Terraform and OpenTofu: lock info JSON and the header of a state file. */
@NullMarked
package io.github.statelock.terraform;

import org.jspecify.annotations.NullMarked;
