package io.github.statelock.cli.serve;

import static io.github.statelock.cli.serve.Store.client;
import static io.github.statelock.cli.serve.Store.state;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.cli.serve.Served.Reply;
import io.github.statelock.terraform.LockInfoCodec;
import java.util.Base64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AuthenticationTest {

    private static final Authentication BOTH =
            Authentication.none().orBasic("ci", "pässword:1").orBearer("t0ken");

    private final Store store = new Store();

    @AfterEach
    void close() {
        store.close();
    }

    private static String basic(String pair) {
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(UTF_8));
    }

    @Test
    void thePasswordAndTheTokenOpenTheDoor() {
        assertThat(BOTH.accepts(basic("ci:pässword:1"))).isTrue();
        assertThat(BOTH.accepts("basic " + basic("ci:pässword:1").substring(6))).isTrue();
        assertThat(BOTH.accepts("Bearer t0ken")).isTrue();
        assertThat(Authentication.none().accepts(null)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Basic",
                "Basic ",
                "Basic !!!",
                "Basic Y2k6cGFzc3dvcmQ=",
                "Bearer ",
                "Bearer T0ken",
                "Bearer t0ken2",
                "Digest t0ken",
                "t0ken",
                "Bearer Y2k6cMOkc3N3b3JkOjE=",
                "Basic dDBrZW4="
            })
    void nothingElseDoes(String header) {
        assertThat(BOTH.accepts(header)).isFalse();
        assertThat(BOTH.accepts(null)).isFalse();
    }

    @Test
    void whoIsNotLetInHearsHowToComeInAndChangesNothing() {
        Served served = store.serve(Store.with(BOTH));
        Reply refused = served.get();
        assertThat(refused.status()).isEqualTo(401);
        assertThat(refused.response().headers().firstValue("WWW-Authenticate").orElseThrow())
                .contains("Basic realm=", "Bearer realm=");
        assertThat(served.post(state(1, "a")).status()).isEqualTo(401);
        assertThat(served.lock(client()).status()).isEqualTo(401);
        assertThat(served.unlockWithoutBody().status()).isEqualTo(401);
        assertThat(served.send(served.request("/a//b")).status())
                .as("before anything else")
                .isEqualTo(401);
        assertThat(store.lock()).isEmpty();
        assertThat(store.state()).isEmpty();
    }

    @Test
    void whoIsLetInIsServed() {
        Served served = store.serve(Store.with(BOTH));
        assertThat(served.send(served.request("LOCK", Served.PATH, LockInfoCodec.encode(client()))
                                .header("Authorization", basic("ci:pässword:1")))
                        .status())
                .isEqualTo(200);
        assertThat(served.send(served.request(Served.PATH).header("Authorization", "Bearer t0ken"))
                        .status())
                .isEqualTo(404);
        for (int i = 0; i < 2; i++) {
            assertThat(served.visit().toString()).doesNotContain("t0ken").doesNotContain("ssword");
        }
    }
}
