package io.github.statelock.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.State;
import io.github.statelock.StateKey;
import io.github.statelock.StateStore;
import io.github.statelock.StateVersion;
import io.github.statelock.WriteCondition;
import io.github.statelock.testkit.TestServers;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.BucketVersioningStatus;

/** Old versions, on a server whose versioning works. */
@Tag("real-time")
class S3HistoryTest {

    @Test
    void aVersionedBucketShowsAndReadsOldVersionsTheNewestFirst() {
        String bucket = "history-" + UUID.randomUUID();
        S3Client client = S3TestStore.s3(TestServers.s3WithVersioning().uri());
        client.createBucket(request -> request.bucket(bucket));
        client.putBucketVersioning(request -> request.bucket(bucket)
                .versioningConfiguration(versioning -> versioning.status(BucketVersioningStatus.ENABLED)));
        try (S3Backend backend = S3Backend.builder(bucket)
                .s3Client(client)
                .verifyConditionalWrites(false)
                .build()) {
            assertThat(backend.capabilities().history()).isTrue();
            StateStore states = backend.states();
            StateKey key = StateKey.of("a.tfstate");
            StateVersion one = states.write(key, "1".getBytes(UTF_8), WriteCondition.ifAbsent());
            states.write(StateKey.of("a.tfstate.other"), "x".getBytes(UTF_8), WriteCondition.ifAbsent());
            StateVersion two = states.write(key, "22".getBytes(UTF_8), WriteCondition.ifVersion(one));
            assertThat(states.history(key))
                    .extracting(StateStore.Revision::version)
                    .containsExactly(two, one);
            assertThat(states.history(key))
                    .extracting(StateStore.Revision::size)
                    .containsExactly(2L, 1L);
            assertThat(states.read(key, one).map(State::utf8)).contains("1");
            assertThat(states.read(key, two).map(State::utf8)).contains("22");
            assertThat(states.read(key, new StateVersion("0"))).isEmpty();
            states.delete(key, WriteCondition.ifVersion(two));
            assertThat(states.read(key)).isEmpty();
            assertThat(states.read(key, one).map(State::utf8))
                    .as("a delete keeps them")
                    .contains("1");
        }
    }
}
