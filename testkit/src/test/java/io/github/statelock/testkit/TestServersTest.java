package io.github.statelock.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Each server honours the conditions that its backend's safety rests on. */
@Tag("real-time")
class TestServersTest {

    private static final int RACES = 20;
    private static final int RACERS = 8;

    private final String name = "race-" + UUID.randomUUID();

    @Test
    void dynamoDbLetsOneOfManyConditionalPutsThrough() throws Exception {
        URI uri = TestServers.dynamoDb().uri();
        String created = """
                {"TableName": "%s", "BillingMode": "PAY_PER_REQUEST",
                 "AttributeDefinitions": [{"AttributeName": "LockID", "AttributeType": "S"}],
                 "KeySchema": [{"AttributeName": "LockID", "KeyType": "HASH"}]}""".formatted(name);
        assertThat(dynamoDb(uri, "CreateTable", created).statusCode()).isEqualTo(200);
        for (int race = 0; race < RACES; race++) {
            String put = """
                    {"TableName": "%s", "Item": {"LockID": {"S": "%d"}}, "ConditionExpression": "attribute_not_exists(LockID)"}""".formatted(name, race);
            assertThat(Race.of(RACERS, () -> dynamoDb(uri, "PutItem", put).statusCode()))
                    .containsOnlyOnce(200)
                    .containsOnly(200, 400);
        }
        String refused = dynamoDb(uri, "PutItem", """
                {"TableName": "%s", "Item": {"LockID": {"S": "0"}}, "ConditionExpression": "attribute_not_exists(LockID)",
                 "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}""".formatted(name)).body();
        assertThat(refused).contains("ConditionalCheckFailedException", "\"Item\"");
    }

    @Test
    void s3LetsOneOfManyConditionalPutsThrough() throws Exception {
        URI bucket = bucket(TestServers.s3());
        for (int race = 0; race < RACES; race++) {
            URI object = URI.create(bucket + "/" + race);
            assertThat(Race.of(RACERS, () -> Http.status("PUT", object, "x", "If-None-Match", "*")))
                    .containsOnlyOnce(200)
                    .containsOnly(200, 412);
            assertThat(Http.status("PUT", object, "y", "If-Match", "\"00000000000000000000000000000000\""))
                    .isEqualTo(412);
            assertThat(Http.status("DELETE", object, "", "If-Match", "\"00000000000000000000000000000000\""))
                    .isEqualTo(412);
        }
        assertThat(Http.status("DELETE", URI.create(bucket + "/0"), "", "If-Match", etag(bucket + "/0")))
                .isEqualTo(204);
    }

    @Test
    void versioningS3KeepsWhatWasOverwritten() throws IOException {
        URI bucket = bucket(TestServers.s3WithVersioning());
        assertThat(Http.status("PUT", URI.create(bucket + "?versioning"), """
                <VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Status>Enabled</Status>\
                </VersioningConfiguration>""")).isEqualTo(200);
        String object = bucket + "/state";
        String first = Http.send("PUT", URI.create(object), "one")
                .headers()
                .firstValue("x-amz-version-id")
                .orElseThrow();
        assertThat(Http.status("PUT", URI.create(object), "two")).isEqualTo(200);
        assertThat(Http.send("GET", URI.create(object), "").body()).isEqualTo("two");
        assertThat(Http.send("GET", URI.create(object + "?versionId=" + first), "")
                        .body())
                .isEqualTo("one");
        assertThat(Http.status("PUT", URI.create(object), "three", "If-None-Match", "*"))
                .isEqualTo(412);
    }

    @Test
    void azureBlobAsksForASignature() throws IOException {
        HttpResponse<String> answer =
                Http.send("GET", URI.create(TestServers.azureBlob().uri() + "?comp=list"), "");
        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.headers().firstValue("x-ms-error-code")).hasValue("AuthorizationFailure");
    }

    @Test
    void gcsRefusesAMismatchOnInsertPatchAndDelete() throws Exception {
        URI server = TestServers.gcs().uri();
        URI object = gcsObject(server);
        for (int race = 0; race < RACES; race++) {
            URI insert = gcsInsert(server, race + "&ifGenerationMatch=0");
            assertThat(Race.of(RACERS, () -> Http.status("POST", insert, "x")))
                    .containsOnlyOnce(200)
                    .containsOnly(200, 412);
        }
        String generation = field(object, "generation");
        for (String mismatch : new String[] {"?ifGenerationMatch=7", "?ifMetagenerationMatch=7"}) {
            assertThat(patch(object, mismatch)).isEqualTo(412);
            assertThat(Http.status("DELETE", URI.create(object + mismatch), "")).isEqualTo(412);
        }
        assertThat(patch(object, "?ifGenerationMatch=" + generation + "&ifMetagenerationMatch=1"))
                .isEqualTo(200);
        assertThat(field(object, "metageneration")).isEqualTo("2");
        assertThat(field(object, "generation")).isEqualTo(generation);
        assertThat(patch(object, "?ifMetagenerationMatch=1")).isEqualTo(412);
        assertThat(Http.status("DELETE", URI.create(object + "?ifGenerationMatch=" + generation), ""))
                .isBetween(200, 204);
        assertThat(Http.status("GET", object, "")).isEqualTo(404);
    }

    @Test
    void secondGcsRefusesAMismatchOnInsert() throws Exception {
        URI server = TestServers.gcsSecond().uri();
        gcsObject(server);
        for (int race = 0; race < RACES; race++) {
            URI insert = gcsInsert(server, race + "&ifGenerationMatch=0");
            assertThat(Race.of(RACERS, () -> Http.status("POST", insert, "x")))
                    .containsOnlyOnce(200)
                    .containsOnly(200, 412);
        }
        assertThat(Http.status("POST", gcsInsert(server, "0&ifGenerationMatch=7"), "x"))
                .isEqualTo(412);
    }

    @Test
    void everyServerAnswersThroughAProxyAsItDoesWithout() throws IOException {
        for (TestServer server : List.of(
                TestServers.dynamoDb(),
                TestServers.s3(),
                TestServers.s3WithVersioning(),
                TestServers.azureBlob(),
                TestServers.gcs(),
                TestServers.gcsSecond())) {
            try (FaultProxy proxy = FaultProxy.inFrontOf(server.uri())) {
                assertThat(Http.status("GET", proxy.uri(), ""))
                        .as(server.toString())
                        .isEqualTo(Http.status("GET", server.uri(), ""));
                assertThat(proxy.count(WireRequest.any())).isEqualTo(1);
            }
        }
    }

    @Test
    void aPutWhoseAnswerIsLostIsStoredByTheRealServer() throws IOException {
        URI bucket = bucket(TestServers.s3());
        try (FaultProxy proxy = FaultProxy.inFrontOf(bucket)) {
            proxy.arm(WireFault.applyThenCut(), WireRequest.method("PUT"));
            assertThatThrownBy(() -> Http.status("PUT", URI.create(proxy.uri() + "/lost"), "x", "If-None-Match", "*"))
                    .isInstanceOf(IOException.class);
            proxy.assertFired();
            assertThat(Http.send("GET", URI.create(proxy.uri() + "/lost"), "").body())
                    .isEqualTo("x");
        }
    }

    private static HttpResponse<String> dynamoDb(URI uri, String operation, String body) throws IOException {
        return Http.send(
                "POST",
                uri,
                body,
                "X-Amz-Target",
                "DynamoDB_20120810." + operation,
                "Content-Type",
                "application/x-amz-json-1.0",
                "Authorization",
                "AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0");
    }

    private URI bucket(TestServer server) throws IOException {
        URI bucket = URI.create(server.uri() + "/" + name);
        assertThat(Http.status("PUT", bucket, "")).isEqualTo(200);
        return bucket;
    }

    private static String etag(String object) throws IOException {
        return Http.send("GET", URI.create(object), "")
                .headers()
                .firstValue("ETag")
                .orElseThrow();
    }

    /** Makes a bucket and the URI of the object 0 in it. */
    private URI gcsObject(URI server) throws IOException {
        assertThat(Http.status(
                        "POST",
                        URI.create(server + "/storage/v1/b?project=test"),
                        "{\"name\": \"" + name + "\"}",
                        "Content-Type",
                        "application/json"))
                .isEqualTo(200);
        return URI.create(server + "/storage/v1/b/" + name + "/o/0");
    }

    private URI gcsInsert(URI server, String nameAndConditions) {
        return URI.create(server + "/upload/storage/v1/b/" + name + "/o?uploadType=media&name=" + nameAndConditions);
    }

    private static int patch(URI object, String conditions) throws IOException {
        return Http.status(
                "PATCH",
                URI.create(object + conditions),
                "{\"metadata\": {\"a\": \"b\"}}",
                "Content-Type",
                "application/json");
    }

    private static String field(URI object, String field) throws IOException {
        String body = Http.send("GET", object, "").body();
        Matcher value = Pattern.compile("\"" + field + "\": *\"?([0-9]+)").matcher(body);
        assertThat(value.find()).as(body).isTrue();
        return value.group(1);
    }
}
