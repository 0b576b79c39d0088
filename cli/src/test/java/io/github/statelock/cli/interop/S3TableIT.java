package io.github.statelock.cli.interop;

/** {@code backend "s3"} with {@code dynamodb_table}. */
class S3TableIT extends InteropContract {
    @Override
    SharedStore openStore() {
        return S3Store.withTable();
    }
}
