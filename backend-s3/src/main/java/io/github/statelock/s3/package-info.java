/**
 * States in S3, with locks in DynamoDB, in S3 lock files, or both, as Terraform and OpenTofu keep them. Start at
 * {@link io.github.statelock.s3.S3Backend}.
 */
@NullMarked
package io.github.statelock.s3;

import org.jspecify.annotations.NullMarked;
