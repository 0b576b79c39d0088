package io.github.statelock.gcs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.auth.Credentials;
import io.github.statelock.BackendDeniedException;
import io.github.statelock.BackendMisconfiguredException;
import io.github.statelock.BackendUnavailableException;
import io.github.statelock.LockOptions;
import io.github.statelock.StateKey;
import io.github.statelock.WriteCondition;
import io.github.statelock.testkit.FaultProxy;
import java.io.IOException;
import java.net.URI;
import java.security.InvalidKeyException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What fails before a request is sent has changed nothing, and is not unknown. */
@Tag("real-time")
@Timeout(60)
class NotSentTest {

    /** What the credentials give, or throw, for a request. */
    private interface Token {
        String draw() throws IOException;
    }

    private static final class TestCredentials extends Credentials {
        private static final long serialVersionUID = 1L;
        private final transient Token token;

        TestCredentials(Token token) {
            this.token = token;
        }

        @Override
        public String getAuthenticationType() {
            return "OAuth2";
        }

        @Override
        public Map<String, List<String>> getRequestMetadata(@Nullable URI uri) throws IOException {
            return Map.of("Authorization", List.of(token.draw()));
        }

        @Override
        public boolean hasRequestMetadata() {
            return true;
        }

        @Override
        public boolean hasRequestMetadataOnly() {
            return true;
        }

        @Override
        public void refresh() {}
    }

    private final Gcs gcs = Gcs.main();
    private final StateKey key = StateKey.of("not-sent/" + UUID.randomUUID());

    private void changesEndWith(Token token, Class<? extends Exception> expected, String words) {
        try (FaultProxy proxy = FaultProxy.inFrontOf(gcs.server());
                GcsBackend backend = gcs.through(proxy.uri())
                        .backend()
                        .credentials(new TestCredentials(token))
                        .callTimeout(Duration.ofSeconds(3))
                        .transferTimeout(Duration.ofSeconds(6))
                        .build()) {
            LockOptions options = LockOptions.builder().noLease().build();
            assertThatThrownBy(() -> backend.locks().tryAcquire(key, options))
                    .isInstanceOf(expected)
                    .hasMessageContaining(words)
                    .hasMessageEndingWith("Nothing was changed.");
            assertThatThrownBy(() -> backend.states().write(key, new byte[] {1}, WriteCondition.ifAbsent()))
                    .isInstanceOf(expected);
            assertThatThrownBy(() -> backend.states().read(key)).isInstanceOf(expected);
            assertThat(proxy.requests()).isEmpty();
        }
    }

    @Test
    void aHeaderThatNoRequestCanHaveIsMisconfigured() {
        changesEndWith(() -> "Bearer one\ntwo", BackendMisconfiguredException.class, "could not be sent");
    }

    @Test
    void credentialsThatThrowAreMisconfigured() {
        changesEndWith(
                () -> {
                    throw new IllegalArgumentException("no such universe");
                },
                BackendMisconfiguredException.class,
                "no such universe");
    }

    @Test
    void aKeyThatCannotSignIsDenied() {
        changesEndWith(
                () -> {
                    throw new IOException("Error signing", new InvalidKeyException("not an RSA key"));
                },
                BackendDeniedException.class,
                "not an RSA key");
    }

    @Test
    void aTokenThatCannotBeReadIsUnavailable() {
        changesEndWith(
                () -> {
                    throw new IOException("Invalid credential location. The file at /nowhere does not exist.");
                },
                BackendUnavailableException.class,
                "/nowhere");
    }
}
