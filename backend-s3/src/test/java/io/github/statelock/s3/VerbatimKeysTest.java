package io.github.statelock.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.statelock.HeldLock;
import io.github.statelock.InvalidKeyException;
import io.github.statelock.LockOptions;
import io.github.statelock.LockedState;
import io.github.statelock.State;
import io.github.statelock.StateKey;
import io.github.statelock.StateStore;
import io.github.statelock.spi.Inspectable.Finding;
import io.github.statelock.spi.Inspectable.Status;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Keys that Terraform and OpenTofu take on S3 and not every backend holds. */
@Tag("real-time")
class VerbatimKeysTest {

    private static final List<String> KEYS = List.of(
            "./terraform.tfstate",
            "a//b.tfstate",
            "back\\slash.tfstate",
            "a/../b.tfstate",
            "dot./c.tfstate",
            "d.statelock");
    private static final LockOptions OPTIONS = LockOptions.operation("test");

    private final VerbatimServer server = new VerbatimServer();
    private final String bucket = "verbatim-" + UUID.randomUUID();

    VerbatimKeysTest() throws IOException {}

    @AfterEach
    void stop() {
        server.close();
    }

    private S3Backend.Builder files() {
        return S3Backend.builder(bucket).s3Client(S3TestStore.s3(server.uri())).verifyConditionalWrites(false);
    }

    private S3Backend.Builder table() {
        S3TestStore store = S3TestStore.shared();
        return files().dynamoDbClient(store.dynamoDb).lockTable(store.table);
    }

    @Test
    void eachIsOneObjectWithOneLockFile() throws Exception {
        List<String> all = new ArrayList<>(KEYS);
        all.add("x-md5");
        try (S3Backend backend = files().build()) {
            for (String text : all) {
                StateKey key = StateKey.verbatim(text);
                try (LockedState state = backend.lock(key, OPTIONS)) {
                    assertThat(server.objects()).containsKey(bucket + "/" + text + ".tflock");
                    assertThat(state.read()).isEmpty();
                    state.write(text.getBytes(UTF_8));
                }
                assertThat(backend.states().read(key).map(State::utf8)).contains(text);
            }
            assertThat(server.objects().keySet())
                    .containsExactlyInAnyOrderElementsOf(
                            all.stream().map(text -> bucket + "/" + text).toList());
            assertThat(backend.states().list(""))
                    .containsExactlyInAnyOrderElementsOf(
                            all.stream().map(StateKey::verbatim).toList());
            assertThat(backend.states().leftOut("")).isEmpty();
        }
    }

    @Test
    void eachHasItsOwnItemsInATable() throws Exception {
        S3TestStore store = S3TestStore.shared();
        try (S3Backend backend = table().build()) {
            for (String text : KEYS) {
                StateKey key = StateKey.verbatim(text);
                try (LockedState state = backend.lock(key, OPTIONS)) {
                    assertThat(store.item(bucket + "/" + text)).containsKey("Info");
                    assertThat(backend.locks().list(""))
                            .singleElement()
                            .satisfies(lock -> assertThat(lock.key()).isEqualTo(key));
                    state.write(text.getBytes(UTF_8));
                }
                assertThat(store.item(bucket + "/" + text + "-md5")).containsKey("Digest");
                assertThat(backend.states().read(key).map(State::utf8)).contains(text);
            }
        }
    }

    @Test
    void aKeyWhoseLockWouldBeTheDigestOfAnotherIsRefusedAndToldOf() throws Exception {
        server.put(bucket + "/x-md5", "a state of somebody's");
        server.put(bucket + "/x", "another");
        server.put(bucket + "/x.tflock", "{}");
        server.put(bucket + "/x.statelock-fence", "1");
        StateKey key = StateKey.verbatim("x-md5");
        try (S3Backend backend = table().digest(false).build()) {
            assertThatThrownBy(() -> backend.locks().acquire(key, OPTIONS))
                    .isInstanceOf(InvalidKeyException.class)
                    .hasMessageContaining("it ends in -md5, which is reserved");
            assertThatThrownBy(() -> backend.states().read(key)).isInstanceOf(InvalidKeyException.class);
            assertThatThrownBy(() -> backend.locks().inspect(key)).isInstanceOf(InvalidKeyException.class);
            assertThat(backend.states().list("")).containsExactly(StateKey.of("x"));
            assertThat(backend.states().leftOut(""))
                    .extracting(StateStore.LeftOut::name)
                    .containsExactly("x-md5");
            assertThat(backend.states().leftOut("y")).isEmpty();
        }
    }

    /** All names that there can be of these pieces: of all keys that are taken, no two things have one name. */
    @Test
    void noKeyHasTheNameOfAnotherKeysLockDigestOrFence() {
        List<String> pieces = List.of("a", "/", ".", ".tflock", "-md5", ".statelock-fence", ".statelock");
        List<String> texts = new ArrayList<>(pieces);
        for (int length = 1; length < 4; length++) {
            List<String> longer = new ArrayList<>();
            texts.forEach(text -> pieces.forEach(piece -> longer.add(text + piece)));
            texts.addAll(longer);
        }
        for (boolean items : new boolean[] {false, true}) {
            Layout plain = Layout.of("bucket", "p", Optional.empty(), "env:");
            Layout layout = items ? plain.withItems() : plain;
            Map<String, String> taken = new HashMap<>();
            texts.stream()
                    .distinct()
                    .forEach(text -> key(text)
                            .filter(key -> layout.keyProblem(key).isEmpty())
                            .ifPresent(key -> names(layout, key, items)
                                    .forEach((name, what) -> assertThat(taken.put(name, what))
                                            .as("%s, besides %s", name, what)
                                            .isNull())));
            assertThat(taken).hasSizeGreaterThan(1000);
        }
    }

    /** The tools clean the whole path there, which the beginning of a key may lead out of. */
    @Test
    void noKeyOfAWorkspaceLeadsOutOfIt() {
        for (String prefix : new String[] {"", "p"}) {
            Layout layout = Layout.of("bucket", prefix, Optional.of("dev"), "env:");
            for (String text : new String[] {"../x", "..", "../../x", "a/../../x", "./x", "a//b"}) {
                assertThat(layout.keyProblem(StateKey.verbatim(text))).as(text).isPresent();
            }
            assertThat(layout.keyProblem(StateKey.verbatim("a\\b/..x"))).isEmpty();
            assertThat(layout.keyOfState(layout.prefix() + "../x")).isEmpty();
        }
    }

    private static Optional<StateKey> key(String text) {
        try {
            return Optional.of(StateKey.verbatim(text));
        } catch (InvalidKeyException e) {
            return Optional.empty();
        }
    }

    private static Map<String, String> names(Layout layout, StateKey key, boolean items) {
        Map<String, String> names = new HashMap<>();
        names.put("object " + layout.stateObject(key), "the state of " + key);
        names.put("object " + layout.lockObject(key), "the lock of " + key);
        names.put("object " + layout.fenceObject(key), "the fence of " + key);
        if (items) {
            names.put("item " + layout.lockId(key), "the lock of " + key);
            names.put("item " + layout.digestId(key), "the digest of " + key);
            names.put("item " + layout.fenceId(key), "the fence of " + key);
        }
        return names;
    }

    /** Terraform and OpenTofu join the parts of such a path, and clean it by that. */
    @Test
    void inAWorkspaceAKeyIsWhatTheToolsMakeOfIt() throws Exception {
        try (S3Backend backend = files().workspace("dev").build()) {
            assertThatThrownBy(() -> backend.states().read(StateKey.verbatim("./terraform.tfstate")))
                    .isInstanceOf(InvalidKeyException.class)
                    .hasMessageContaining("the key is \"terraform.tfstate\"");
            backend.locks().acquire(StateKey.verbatim("back\\slash"), OPTIONS).close();
        }
    }

    @Test
    void theStatesOfOtherWorkspacesAreToldOf() throws Exception {
        server.put(bucket + "/prod/a.tfstate", "1");
        server.put(bucket + "/env:/dev/prod/a.tfstate", "2");
        server.put(bucket + "/env:/dev/prod/a.tfstate.tflock", "{}");
        server.put(bucket + "/env:/dev/other/a.tfstate", "3");
        server.put(bucket + "/env:/test/prod/b.tfstate", "4");
        server.put(bucket + "/env:/empty/prod/b.tfstate", "");
        server.put(bucket + "/spaces/dev/prod/c.tfstate", "5");
        try (S3Backend backend = files().prefix("prod").build();
                S3Backend other =
                        files().prefix("prod").workspaceKeyPrefix("spaces").build();
                S3Backend one = files().prefix("prod").workspace("dev").build()) {
            assertThat(backend.workspaces(""))
                    .isEqualTo(Map.of(
                            "dev", List.of(StateKey.of("a.tfstate")), "test", List.of(StateKey.of("b.tfstate"))));
            assertThat(backend.workspaces("b")).containsOnlyKeys("test");
            assertThat(other.workspaces("")).isEqualTo(Map.of("dev", List.of(StateKey.of("c.tfstate"))));
            assertThat(one.workspaces("")).isEmpty();
        }
    }

    @Test
    void aStateThatIsLockedUnderAnotherNameIsFound() throws Exception {
        S3TestStore store = S3TestStore.shared();
        server.put(bucket + "/terraform.tfstate", "1");
        store.putItem(bucket + "/./terraform.tfstate-md5", "Digest", "of it");
        assertThat(named("")).satisfies(finding -> {
            assertThat(finding.status()).isEqualTo(Status.FAIL);
            assertThat(finding.detail()).contains("the state \"terraform.tfstate\" as \"./terraform.tfstate\"");
        });
        assertThat(named("prod").status()).as("of another folder").isEqualTo(Status.OK);
        server.put(bucket + "/./terraform.tfstate", "a state of that name");
        assertThat(named("").status()).isEqualTo(Status.OK);
    }

    private Finding named(String prefix) {
        S3TestStore store = S3TestStore.shared();
        Duration timeout = Duration.ofSeconds(10);
        Layout layout = Layout.of(bucket, prefix, Optional.empty(), "env:").withItems();
        S3Requests s3 = new S3Requests(S3TestStore.s3(server.uri()), bucket, S3Encryption.bucketDefault());
        TableRequests table = new TableRequests(store.dynamoDb, store.table, timeout);
        return new NameInspection(table, s3, layout, timeout).finding();
    }

    @Test
    void whatAKeyProblemIsIsKnownBeforeAnythingIsAsked() throws Exception {
        try (S3Backend backend = files().build()) {
            StateKey key = StateKey.verbatim("x.tflock");
            assertThatThrownBy(() -> backend.lock(key, OPTIONS)).isInstanceOf(InvalidKeyException.class);
            try (HeldLock lock = backend.locks().acquire(StateKey.of("x"), OPTIONS)) {
                lock.ensureHeld();
                assertThatThrownBy(() -> backend.states().history(key)).isInstanceOf(InvalidKeyException.class);
            }
        }
    }
}
