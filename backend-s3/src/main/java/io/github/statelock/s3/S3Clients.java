package io.github.statelock.s3;

import io.github.statelock.BackendMisconfiguredException;
import io.github.statelock.spi.UriOptions;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.s3.S3Client;

/** Clients of our own, by the SDK's default chain for whatever the caller does not say. */
final class S3Clients {

    private S3Clients() {}

    /** What the caller says of region, credentials, and whether an endpoint on another machine may be plain http. */
    record Account(@Nullable String region, @Nullable AwsCredentialsProvider credentials, boolean insecure) {}

    static S3Client s3(Account account, @Nullable URI endpoint, @Nullable Boolean pathStyle, int maxConnections) {
        var builder = S3Client.builder();
        Connections.atMost(maxConnections).ifPresent(builder::httpClientBuilder);
        boolean custom = endpoint != null;
        builder.forcePathStyle(pathStyle == null ? custom : pathStyle);
        configure(builder, account, endpoint);
        return build(builder::build);
    }

    static DynamoDbClient dynamoDb(Account account, @Nullable URI endpoint, int maxConnections) {
        var builder = DynamoDbClient.builder();
        Connections.atMost(maxConnections).ifPresent(builder::httpClientBuilder);
        configure(builder, account, endpoint);
        return build(builder::build);
    }

    private static void configure(AwsClientBuilder<?, ?> builder, Account account, @Nullable URI endpoint) {
        if (endpoint != null) {
            builder.endpointOverride(checked(endpoint, account.insecure()));
        }
        if (account.credentials() != null) {
            builder.credentialsProvider(account.credentials());
        }
        region(account, endpoint != null).ifPresent(builder::region);
    }

    /** A store of one's own often knows no regions, but the SDK wants one to sign with. */
    private static Optional<Region> region(Account account, boolean customEndpoint) {
        if (account.region() != null) {
            return Optional.of(Region.of(account.region()));
        }
        if (!customEndpoint) {
            return Optional.empty();
        }
        try {
            return Optional.of(new DefaultAwsRegionProviderChain().getRegion());
        } catch (SdkClientException e) {
            return Optional.of(Region.US_EAST_1);
        }
    }

    private static <T> T build(Supplier<T> builder) {
        try {
            return builder.get();
        } catch (SdkClientException e) {
            String message = String.valueOf(e.getMessage());
            throw new BackendMisconfiguredException(
                    message.contains("region")
                            ? "No AWS region is named: set AWS_REGION, or the region in the URI (region=eu-central-1) or"
                                    + " the builder."
                            : "No client could be made: " + message,
                    e);
        }
    }

    private static URI checked(URI endpoint, boolean insecure) {
        String scheme = String.valueOf(endpoint.getScheme());
        if (endpoint.getHost() == null || !(scheme.equals("https") || scheme.equals("http"))) {
            throw new BackendMisconfiguredException(
                    "The endpoint " + UriOptions.place(endpoint) + " is none: it needs https:// and a host.", null);
        }
        if (scheme.equals("http") && !insecure && !isLoopback(endpoint.getHost())) {
            throw new BackendMisconfiguredException(
                    "The endpoint " + UriOptions.place(endpoint)
                            + " is plain http on another machine, without TLS: anybody on the way can read and change what"
                            + " is sent. Use https; on a network that you trust, add insecure_endpoint=true to the store's"
                            + " URI (insecureEndpoint in the builder).",
                    null);
        }
        return endpoint;
    }

    private static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
