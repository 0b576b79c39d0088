package io.github.statelock.testkit;

import org.jspecify.annotations.Nullable;

/** The servers that {@link TestServers} knows, and what a developer calls them. */
enum ServerKind {
    DYNAMODB("dynamodb-local", "STATELOCK_TEST_DYNAMODB_ENDPOINT", ""),
    S3("s3mock", "STATELOCK_TEST_S3_ENDPOINT", ""),
    S3_VERSIONING("s3proxy", "STATELOCK_TEST_S3_ENDPOINT", ""),
    AZURE("azurite", "STATELOCK_TEST_AZURE_ENDPOINT", "/devstoreaccount1"),
    GCS("gcsemulator", "STATELOCK_TEST_GCS_ENDPOINT", ""),
    GCS_SECOND("fake-gcs-server", "STATELOCK_TEST_GCS_ENDPOINT", "");

    private final String serverName;
    private final String endpointVariable;
    private final String path;

    ServerKind(String serverName, String endpointVariable, String path) {
        this.serverName = serverName;
        this.endpointVariable = endpointVariable;
        this.path = path;
    }

    /** What the server calls itself: its folder in the cache, its folder under target. */
    String serverName() {
        return serverName;
    }

    /** The environment variable that names an endpoint to use instead. */
    String endpointVariable() {
        return endpointVariable;
    }

    /** What follows host and port in the URI that clients use. */
    String path() {
        return path;
    }

    /** The Docker image, or null where nobody publishes one. */
    @Nullable
    String image() {
        return switch (this) {
            case DYNAMODB -> "amazon/dynamodb-local:3.1.0";
            case S3 -> "adobe/s3mock:5.2.3";
            case S3_VERSIONING -> "andrewgaul/s3proxy:s3proxy-4.1.0";
            case AZURE -> "mcr.microsoft.com/azure-storage/azurite:" + ServerInstall.AZURITE_VERSION;
            case GCS -> null;
            case GCS_SECOND -> "fsouza/fake-gcs-server:" + ServerInstall.FAKE_GCS_SERVER_VERSION.substring(1);
        };
    }
}
