package io.github.statelock.cli.interop;

/** {@code backend "s3"} with {@code dynamodb_table} and {@code use_lockfile}. */
class S3BothIT extends InteropContract {
    @Override
    SharedStore openStore() {
        return S3Store.withBoth();
    }
}
