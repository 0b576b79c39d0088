package io.github.statelock.azure;

/**
 * A blob and its lease, out of one answer.
 *
 * @param head the blob
 * @param lease its lease at that moment
 */
record SeenBlob(BlobHead head, Lease lease) {}
