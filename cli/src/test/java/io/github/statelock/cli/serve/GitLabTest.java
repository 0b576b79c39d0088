package io.github.statelock.cli.serve;

import static io.github.statelock.cli.serve.Store.client;
import static io.github.statelock.cli.serve.Store.state;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.LockInfo;
import io.github.statelock.StateKey;
import io.github.statelock.cli.serve.Served.Reply;
import io.github.statelock.terraform.LockInfoCodec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** GitLab's convention: POST locks, DELETE unlocks, at an address of the lock's own or at the state's. */
class GitLabTest {

    private static final String STATE_PATH = "/prod/network.tfstate";
    private static final String LOCK_PATH = STATE_PATH + "/lock";

    private final Store store = new Store();
    private final Served served = store.serve();
    private final LockInfo client = client();

    @AfterEach
    void close() {
        store.close();
    }

    private Reply send(String method, String path, LockInfo info) {
        return served.send(served.request(method, path, LockInfoCodec.encode(info)));
    }

    @ParameterizedTest
    @ValueSource(strings = {LOCK_PATH, STATE_PATH})
    void postLocksAndDeleteUnlocks(String address) {
        served.post(state(1, "a"));
        assertThat(send("POST", address, client).status()).isEqualTo(200);
        assertThat(store.lock().orElseThrow().hasId(client.id())).isTrue();
        assertThat(served.post(state(2, "b"), client.id()).status()).isEqualTo(200);
        assertThat(send("DELETE", address, client).status()).isEqualTo(200);
        assertThat(store.lock()).isEmpty();
        assertThat(store.state().orElseThrow()).contains("\"serial\":2");
    }

    @ParameterizedTest
    @ValueSource(strings = {LOCK_PATH, STATE_PATH})
    void aSecondClientIsRefusedWithTheHolder(String address) {
        send("POST", address, client);
        LockInfo other = client();
        Reply refused = send("POST", address, other);
        assertThat(refused.status()).isEqualTo(423);
        assertThat(refused.holder().id()).isEqualTo(client.id());
        assertThat(send("DELETE", address, other).status()).isEqualTo(409);
        assertThat(store.lock().orElseThrow().hasId(client.id())).isTrue();
        assertThat(store.state()).isEmpty();
    }

    /** {@code lock_method = "PUT"} is what the clients' documentation shows. */
    @Test
    void putLocksToo() {
        assertThat(send("PUT", STATE_PATH, client).status()).isEqualTo(200);
        assertThat(store.lock().orElseThrow().hasId(client.id())).isTrue();
        assertThat(store.state()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"LOCK", "POST", "PUT"})
    void theLocksAddressLocksTheState(String method) {
        assertThat(send(method, LOCK_PATH, client).status()).isEqualTo(200);
        assertThat(send("LOCK", STATE_PATH, client()).status()).isEqualTo(423);
        assertThat(send("UNLOCK", LOCK_PATH, client).status()).isEqualTo(200);
        assertThat(store.lock()).isEmpty();
    }

    /** Terraform's force-unlock: an unlock of an empty body, whose digest is sent, unlike with the deletion of a state. */
    @ParameterizedTest
    @ValueSource(strings = {LOCK_PATH, STATE_PATH})
    void anUnlockWithoutAnIdBreaksTheLockAndDeletesNothing(String address) {
        served.post(state(1, "a"));
        send("POST", address, client);
        assertThat(served.send(served.request("DELETE", address, new byte[0])).status())
                .isEqualTo(200);
        assertThat(store.lock()).isEmpty();
        assertThat(served.send(served.request("DELETE", address, new byte[0])).status())
                .isEqualTo(200);
        assertThat(store.state()).isPresent();
    }

    @Test
    void anUnlockMayNameTheLockInItsQuery() {
        send("POST", LOCK_PATH, client);
        assertThat(served.send(served.request("DELETE", LOCK_PATH + "?ID=" + client().id()))
                        .status())
                .isEqualTo(409);
        assertThat(store.lock()).isPresent();
        assertThat(served.send(served.request("DELETE", LOCK_PATH + "?ID=" + client.id()))
                        .status())
                .isEqualTo(200);
        assertThat(store.lock()).isEmpty();
    }

    @Test
    void aDeletionWithoutABodyIsOneStill() {
        served.post(state(1, "a"));
        assertThat(served.send(served.request("DELETE", STATE_PATH)).status()).isEqualTo(200);
        assertThat(store.state()).isEmpty();
    }

    @Test
    void aDeletionWithABodyThatIsNoLockInfoIsRefused() {
        served.post(state(1, "a"));
        assertThat(served.send(served.request("DELETE", STATE_PATH, "{}".getBytes(UTF_8)))
                        .status())
                .isEqualTo(400);
        assertThat(store.state()).isPresent();
    }

    @Test
    void aLockInfoThatCannotBeTakenIsNoStateEither() {
        byte[] huge = new String(LockInfoCodec.encode(client), UTF_8)
                .replace("\"Info\":\"\"", "\"Info\":\"" + "x".repeat(70_000) + "\"")
                .getBytes(UTF_8);
        byte[] blank = new String(LockInfoCodec.encode(client), UTF_8)
                .replace(client.id(), " ")
                .getBytes(UTF_8);
        for (byte[] body : new byte[][] {huge, blank}) {
            assertThat(served.send(served.request("POST", STATE_PATH, body)).status())
                    .isEqualTo(400);
        }
        assertThat(store.state()).isEmpty();
    }

    /** One address never means two things: no state's key ends like the address of a lock. */
    @ParameterizedTest
    @ValueSource(strings = {LOCK_PATH, STATE_PATH + "/loc%6B"})
    void noStateIsServedAtTheAddressOfALock(String address) {
        assertThat(served.send(served.request(address)).status()).isEqualTo(405);
        for (String method : new String[] {"POST", "PUT"}) {
            assertThat(served.send(served.request(method, address, state(1, "a")))
                            .status())
                    .isEqualTo(400);
        }
        assertThat(store.other().states().list("")).isEmpty();
        assertThat(store.lock()).isEmpty();
    }

    @Test
    void aKeyThatIsJustLockIsAnyOther() {
        assertThat(served.send(served.request("POST", "/lock", state(1, "a"))).status())
                .isEqualTo(200);
        assertThat(store.other().states().read(StateKey.of("lock"))).isPresent();
    }

    @Test
    void gitLabsOwnPathIsAKey() {
        String path = "/api/v4/projects/group%2Fproject/terraform/state/production";
        assertThat(send("POST", path + "/lock", client).status()).isEqualTo(200);
        assertThat(served.send(served.request("POST", path + "?ID=" + client.id(), state(1, "a")))
                        .status())
                .isEqualTo(200);
        assertThat(send("DELETE", path + "/lock", client).status()).isEqualTo(200);
        assertThat(store.other().states().read(StateKey.of("api/v4/projects/group/project/terraform/state/production")))
                .isPresent();
    }
}
