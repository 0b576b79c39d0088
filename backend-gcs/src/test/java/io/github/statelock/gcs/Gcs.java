package io.github.statelock.gcs;

import io.github.statelock.engine.EngineOptions;
import io.github.statelock.testkit.TestServer;
import io.github.statelock.testkit.TestServers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A bucket of a test server, and plain requests for it, past the library. */
final class Gcs {

    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final Map<TestServer, String> BUCKETS = new ConcurrentHashMap<>();

    private final URI server;
    private final String bucket;

    Gcs(URI server, String bucket) {
        this.server = server;
        this.bucket = bucket;
    }

    /** The server whose conditions hold; one bucket for all tests of this JVM. */
    static Gcs main() {
        return on(TestServers.gcs());
    }

    /** The server that ignores the conditions of patches and deletes. */
    static Gcs second() {
        return on(TestServers.gcsSecond());
    }

    private static Gcs on(TestServer server) {
        String bucket = BUCKETS.computeIfAbsent(server, s -> newBucket(s.uri()));
        return new Gcs(server.uri(), bucket);
    }

    static String newBucket(URI server) {
        String name = "statelock-" + UUID.randomUUID();
        Gcs gcs = new Gcs(server, name);
        gcs.send("POST", "/storage/v1/b?project=test", "{\"name\":\"" + name + "\"}", "application/json");
        return name;
    }

    URI server() {
        return server;
    }

    String bucket() {
        return bucket;
    }

    /** The same bucket by way of a proxy. */
    Gcs through(URI proxy) {
        return new Gcs(proxy, bucket);
    }

    GcsClients clients() {
        return GcsClients.open(
                new GcsClients.Access(Optional.of(server), Optional.empty(), Optional.empty(), false),
                EngineOptions.builder().transferTimeout(Duration.ofMinutes(1)).build(),
                Map.of());
    }

    GcsObjects objects() {
        return new GcsObjects(clients().locks(), GcsNames.of(bucket, ""), Optional.empty());
    }

    GenerationLockDriver lockDriver() {
        GcsObjects objects = objects();
        return new GenerationLockDriver(objects, false);
    }

    GcsStateStore stateDriver(boolean versioning) {
        GcsObjects objects = objects();
        return new GcsStateStore(objects, StateEncryption.NONE, versioning);
    }

    GcsBackend.Builder backend() {
        return GcsBackend.builder(bucket).endpoint(server).verifyConditionalWrites(false);
    }

    /** Inserts an object as Terraform does. */
    HttpResponse<byte[]> insert(String name, byte[] content, String conditions) {
        String path = "/upload/storage/v1/b/" + bucket + "/o?uploadType=media&name=" + encode(name) + conditions;
        return send("POST", path, content, "application/json");
    }

    HttpResponse<byte[]> delete(String name, String conditions) {
        return send("DELETE", object(name) + conditions, "", "application/json");
    }

    byte[] content(String name) {
        return send("GET", object(name) + "?alt=media", "", "application/json").body();
    }

    String metadata(String name) {
        return new String(send("GET", object(name), "", "application/json").body(), StandardCharsets.UTF_8);
    }

    boolean exists(String name) {
        return send("GET", object(name), "", "application/json").statusCode() == 200;
    }

    String generation(String name) {
        return field(metadata(name), "generation");
    }

    static String field(String json, String field) {
        Matcher value = Pattern.compile("\"" + field + "\": *\"?([0-9]+)").matcher(json);
        if (!value.find()) {
            throw new AssertionError("No " + field + " in " + json);
        }
        return value.group(1);
    }

    private String object(String name) {
        return "/storage/v1/b/" + bucket + "/o/" + encode(name);
    }

    static String encode(String name) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private HttpResponse<byte[]> send(String method, String path, String body, String type) {
        return send(method, path, body.getBytes(StandardCharsets.UTF_8), type);
    }

    private HttpResponse<byte[]> send(String method, String path, byte[] body, String type) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(server + path))
                .method(method, body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body))
                .header("Content-Type", type)
                .build();
        try {
            return HTTP.send(request, BodyHandlers.ofByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
