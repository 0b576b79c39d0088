/**
 * States in S3, locks in DynamoDB or in S3 lock files.
 *
 * <p>The AWS SDK's jars are automatic modules: this module runs on the module path, but cannot be linked into an image.
 */
@SuppressWarnings("module")
module io.github.statelock.s3 {
    requires transitive io.github.statelock;
    // The SDK reads XML, and its HTTP client asks for the JDK's socket options: as automatic modules they do not say
    // so.
    requires java.xml;
    requires jdk.net;
    requires org.slf4j;
    requires transitive software.amazon.awssdk.auth;
    requires software.amazon.awssdk.awscore;
    requires software.amazon.awssdk.core;
    requires software.amazon.awssdk.http;
    requires software.amazon.awssdk.identity.spi;
    requires software.amazon.awssdk.regions;
    requires software.amazon.awssdk.retries;
    requires software.amazon.awssdk.retries.api;
    requires transitive software.amazon.awssdk.services.dynamodb;
    requires transitive software.amazon.awssdk.services.s3;
    requires software.amazon.awssdk.utils;
    requires static com.google.errorprone.annotations;
    requires static transitive org.jspecify;

    exports io.github.statelock.s3;

    uses software.amazon.awssdk.http.SdkHttpService;

    provides io.github.statelock.BackendProvider with
            io.github.statelock.s3.S3BackendProvider;
}
