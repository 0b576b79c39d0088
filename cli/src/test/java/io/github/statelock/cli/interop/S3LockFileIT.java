package io.github.statelock.cli.interop;

/** {@code backend "s3"} with {@code use_lockfile}. */
class S3LockFileIT extends InteropContract {
    @Override
    SharedStore openStore() {
        return S3Store.withLockFile();
    }
}
