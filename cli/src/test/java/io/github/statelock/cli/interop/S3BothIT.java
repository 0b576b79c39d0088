package io.github.statelock.cli.interop;

/** {@code backend "s3"} with {@code dynamodb_table} and {@code use_lockfile}. */
final class S3BothIT extends InteropContract {
    @Override
    SharedStore openStore() {
        return S3Store.withBoth();
    }
}
