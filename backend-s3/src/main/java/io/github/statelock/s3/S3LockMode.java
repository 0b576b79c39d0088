package io.github.statelock.s3;

/** Where {@link S3Backend} keeps its locks. */
public enum S3LockMode {
    /** In a DynamoDB table: Terraform's {@code dynamodb_table}. */
    DYNAMODB,

    /** In an object beside the state: Terraform's {@code use_lockfile}. */
    LOCK_FILE,

    /**
     * In both, the lock file first: for the time in which some of those who lock know only the table and some only the file.
     * Held if either is held.
     */
    BOTH
}
