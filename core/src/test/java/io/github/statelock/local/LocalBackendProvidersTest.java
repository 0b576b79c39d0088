package io.github.statelock.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.statelock.BackendMisconfiguredException;
import io.github.statelock.StateBackend;
import io.github.statelock.StateBackends;
import io.github.statelock.StateKey;
import io.github.statelock.WriteCondition;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Memory and file stores by URI. */
class LocalBackendProvidersTest {

    private static final StateKey KEY = StateKey.of("a");

    @TempDir
    Path root;

    private static void refused(String uri, String... parts) {
        assertThatThrownBy(() -> StateBackends.open(URI.create(uri)))
                .as(uri)
                .isInstanceOf(BackendMisconfiguredException.class)
                .hasMessageContainingAll(parts);
    }

    @Test
    void memoryStoresAreSharedByName() {
        try (StateBackend one = StateBackends.open(URI.create("mem:shared"));
                StateBackend two = MemoryBackend.open("shared");
                StateBackend other = StateBackends.open(
                        URI.create("mem:other?call_timeout=2s&max_state_bytes=1000&max_requests_in_flight=4"))) {
            one.states().write(KEY, new byte[] {1}, WriteCondition.ifAbsent());
            assertThat(two.states().read(KEY)).isPresent();
            assertThat(other.states().read(KEY)).isEmpty();
            assertThat(one.capabilities().history()).isTrue();
        }
    }

    @Test
    void aFolderIsOpenedByItsUri() {
        Path folder = root.resolve("a b#c");
        try (StateBackend backend = StateBackends.open(
                URI.create(
                        "file://" + folder.toUri().getRawPath()
                                + "?call_timeout=PT3S&transfer_timeout=1m&release_on_shutdown=false&allow_network_file_system=true"))) {
            backend.states().write(KEY, new byte[] {1}, WriteCondition.ifAbsent());
        }
        assertThat(folder.resolve("keys/a")).isDirectory();
        try (StateBackend again = FileBackend.open(folder)) {
            assertThat(again.states().read(KEY)).isPresent();
        }
    }

    @Test
    void unknownParametersAreRefusedByName() {
        refused("mem:x?call_timout=2s", "call_timout", "call_timeout");
        refused("file://" + root + "?speed=high", "unknown parameter speed", "allow_network_file_system");
        refused("mem:x?allow_network_file_system=true", "allow_network_file_system", "unknown");
        refused("mem:x?call_timeout=1s&call_timeout=2s", "call_timeout twice");
    }

    @Test
    void valuesThatMakeNoSenseAreRefusedWithWhatIsAllowed() {
        refused("mem:x?call_timeout=fast", "call_timeout=fast", "10s");
        refused("mem:x?call_timeout=0s", "call_timeout=0s", "callTimeout is not positive");
        refused("mem:x?call_timeout=999999999h", "call_timeout=999999999h", "callTimeout is longer than 24 hours");
        refused("mem:x?transfer_timeout=PT24H0.1S", "transferTimeout is longer than 24 hours");
        refused("mem:x?call_timeout", "call_timeout=", "10s");
        refused("mem:x?max_state_bytes=lots", "max_state_bytes=lots");
        refused("mem:x?max_state_bytes=-1", "max_state_bytes=-1");
        refused("mem:x?max_requests_in_flight=0", "max_requests_in_flight=0");
        refused("mem:x?max_requests_in_flight=-4294967295", "max_requests_in_flight=-4294967295"); // 1 as an int
        refused("mem:x?max_requests_in_flight=99999999999", "max_requests_in_flight=99999999999");
        refused("mem:x?release_on_shutdown=maybe", "true or false");
    }

    @Test
    void otherFormsAreExplained() {
        refused("file:states", "relative", "file:///");
        refused("file://host/states", "host", "file:///");
        refused("file:///states#x", "fragment");
        refused("mem:/x", "mem:test");
        refused("mem:?call_timeout=1s", "mem:test");
        refused("mem:x#y", "mem:test");
        refused("file://" + root.resolve("missing/states"), "parent");
        assertThatThrownBy(() -> MemoryBackend.open(" ")).isInstanceOf(BackendMisconfiguredException.class);
        assertThat(Files.exists(root.resolve("missing"))).isFalse();
    }

    @Test
    void whatMayBeASecretIsNotRepeated() {
        for (String uri : List.of(
                "mem:x?password=SEKRET",
                "file:///states?key=SEKRET",
                "file://user:SEKRET@host/states",
                "file:///states#SEKRET")) {
            assertThatThrownBy(() -> StateBackends.open(URI.create(uri)))
                    .as(uri)
                    .isInstanceOf(BackendMisconfiguredException.class)
                    .hasMessageNotContaining("SEKRET");
        }
        refused("mem:x?password=SEKRET", "The store's URI mem:x has the unknown parameter password.");
    }

    @Test
    void everyUnitOfTimeIsUnderstood() {
        for (String time : new String[] {"500ms", "10s", "5m", "1h", "PT10S"}) {
            StateBackends.open(URI.create("mem:x?call_timeout=" + time)).close();
        }
    }
}
