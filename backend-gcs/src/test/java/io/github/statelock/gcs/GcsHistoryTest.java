package io.github.statelock.gcs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.State;
import io.github.statelock.StateKey;
import io.github.statelock.StateStore.Revision;
import io.github.statelock.StateVersion;
import io.github.statelock.WriteCondition;
import io.github.statelock.testkit.TestServers;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Old versions, from a bucket with object versioning. Only the second emulator has it; conditions are not needed here. */
@Tag("real-time")
class GcsHistoryTest {

    @Test
    void oldVersionsAreListedAndReadAlsoAfterADelete() throws Exception {
        URI server = TestServers.gcsSecond().uri();
        String bucket = versionedBucket(server);
        StateKey key = StateKey.of("history/" + UUID.randomUUID() + ".tfstate");
        try (GcsBackend backend = new Gcs(server, bucket).backend().build()) {
            StateVersion first = backend.states().write(key, bytes("one"), WriteCondition.ifAbsent());
            for (String sibling : List.of("", "-1", "/1", "0")) {
                backend.states().write(StateKey.of(key + sibling + "x"), bytes("sibling"), WriteCondition.ifAbsent());
            }
            StateVersion second = backend.states().write(key, bytes("three"), WriteCondition.ifVersion(first));
            assertThat(backend.states().history(key))
                    .extracting(Revision::version)
                    .containsExactly(second, first);
            assertThat(backend.states().history(key)).extracting(Revision::size).containsExactly(5L, 3L);
            assertThat(backend.states().read(key, first).map(State::utf8)).contains("one");
            assertThat(backend.states().read(key, second).map(State::utf8)).contains("three");
            assertThat(backend.states().read(key, new StateVersion("17"))).isEmpty();
            assertThat(backend.states().read(key, new StateVersion("none"))).isEmpty();
            backend.states().delete(key, WriteCondition.ifVersion(second));
            assertThat(backend.states().read(key)).isEmpty();
            assertThat(backend.states().read(key, first).map(State::utf8)).contains("one");
            assertThat(backend.capabilities().history()).isTrue();
        }
    }

    private static String versionedBucket(URI server) throws Exception {
        String name = "versioned-" + UUID.randomUUID();
        HttpRequest request = HttpRequest.newBuilder(URI.create(server + "/storage/v1/b?project=test"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"name\":\"" + name + "\",\"versioning\":{\"enabled\":true}}"))
                .build();
        assertThat(HttpClient.newHttpClient()
                        .send(request, BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(200);
        return name;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
