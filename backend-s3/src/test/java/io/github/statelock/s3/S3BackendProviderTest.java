package io.github.statelock.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.statelock.BackendMisconfiguredException;
import java.net.URI;
import java.util.Base64;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What URIs mean. */
class S3BackendProviderTest {

    private static S3Backend.Builder builder(String uri) {
        return S3BackendProvider.builder(URI.create(uri), Optional.empty());
    }

    @Test
    void everyParameterReachesItsOption() {
        S3Backend.Builder builder = builder(
                "s3://my-bucket/team/a%20b?region=eu-west-1&endpoint=https://s3.example.com"
                        + "&dynamodb_endpoint=https://ddb.example.com&dynamodb_table=locks&use_lockfile=true&kms_key_id=alias/k"
                        + "&workspace=dev&workspace_key_prefix=ws&use_path_style=false&digest=false&verify_conditional_writes=false");
        assertThat(builder.bucket).isEqualTo("my-bucket");
        assertThat(builder.prefix).isEqualTo("team/a b");
        assertThat(builder.region).isEqualTo("eu-west-1");
        assertThat(builder.endpoint).isEqualTo(URI.create("https://s3.example.com"));
        assertThat(builder.dynamoDbEndpoint).isEqualTo(URI.create("https://ddb.example.com"));
        assertThat(builder.lockTable).isEqualTo("locks");
        assertThat(builder.lockMode).isEqualTo(S3LockMode.BOTH);
        assertThat(builder.encryption.toString()).isEqualTo("S3Encryption[aws:kms, key alias/k]");
        assertThat(builder.workspace).isEqualTo("dev");
        assertThat(builder.workspaceKeyPrefix).isEqualTo("ws");
        assertThat(builder.pathStyle).isFalse();
        assertThat(builder.digest).isFalse();
        assertThat(builder.verifyConditionalWrites).isFalse();
    }

    @Test
    void theLockModeFollowsTerraformsTwoParameters() {
        assertThat(builder("s3://b").lockMode).as("by default, by the table").isNull();
        assertThat(builder("s3://b?use_lockfile=true").lockMode).isEqualTo(S3LockMode.LOCK_FILE);
        assertThat(builder("s3://b?dynamodb_table=t&use_lockfile=false").lockMode)
                .isEqualTo(S3LockMode.DYNAMODB);
        assertThatThrownBy(() -> builder("s3://b?use_lockfile=false"))
                .isInstanceOf(BackendMisconfiguredException.class)
                .hasMessageContaining("nothing would lock");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "s3:bucket",
                "s3:///prefix",
                "s3://bucket/p#f",
                "s3://bucket?unknown=1",
                "s3://bucket?encrypt=maybe"
            })
    void whatIsNotUnderstoodIsRefused(String uri) {
        assertThatThrownBy(() -> builder(uri)).isInstanceOf(BackendMisconfiguredException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "s3://AKIAEXAMPLE:SEKRET@bucket/p, s3://bucket/p is not understood",
        "s3://bucket/p?access_key=AKIAEXAMPLE&secret_key=SEKRET, s3://bucket/p has the unknown parameter access_key",
        "s3://bucket/p?use_lockfile=false&kms_key_id=SEKRET, s3://bucket/p has use_lockfile=false",
        "s3://bucket?endpoint=https://AKIAEXAMPLE:SEKRET@s3.example.com, has a user or a query in endpoint",
        "s3://bucket?dynamodb_endpoint=https://AKIAEXAMPLE:SEKRET%20@x, a parameter dynamodb_endpoint that is no URI"
    })
    void secretsInAUriAreRefusedAndNotRepeated(String uri, String problem) {
        assertThatThrownBy(() -> builder(uri))
                .isInstanceOf(BackendMisconfiguredException.class)
                .hasMessageContaining(problem)
                .hasMessageNotContaining("SEKRET")
                .hasMessageNotContaining("AKIAEXAMPLE");
    }

    @Test
    void aCustomersKeyComesFromTheEnvironment() {
        String key = Base64.getEncoder().encodeToString(new byte[32]);
        URI uri = URI.create("s3://bucket?encrypt=true");
        assertThat(S3BackendProvider.builder(uri, Optional.of(key)).encryption.toString())
                .isEqualTo("S3Encryption[SSE-C]");
        assertThatThrownBy(() -> S3BackendProvider.builder(URI.create("s3://b?kms_key_id=k"), Optional.of(key)))
                .isInstanceOf(BackendMisconfiguredException.class);
    }
}
