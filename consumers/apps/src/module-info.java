/** As docs/embedding.md says: an application names the backends that it uses. */
module com.example.app {
    requires io.github.statelock.azure;
    requires io.github.statelock.s3;
}
