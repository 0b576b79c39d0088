package io.github.statelock.examples.backend;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.statelock.BackendUnavailableException;
import io.github.statelock.LockAttempt;
import io.github.statelock.LockOptions;
import io.github.statelock.LockedState;
import io.github.statelock.State;
import io.github.statelock.StateKey;
import java.io.IOException;
import java.net.ConnectException;
import org.junit.jupiter.api.Test;

class ObjectBackendTest {

    private static final LockOptions DEPLOY = LockOptions.operation("deploy");

    @Test
    void itLocksAndKeepsStates() throws Exception {
        MemoryService service = new MemoryService();
        try (ObjectBackend backend = ObjectBackend.open(service);
                ObjectBackend other = ObjectBackend.open(service)) {
            try (LockedState state = backend.lock("prod", DEPLOY)) {
                assertThat(state.read()).isEmpty();
                state.write("one".getBytes(UTF_8));
                assertThat(other.locks().tryAcquire(StateKey.of("prod"), DEPLOY))
                        .isInstanceOf(LockAttempt.Held.class);
            }
            assertThat(other.states().read(StateKey.of("prod")).map(State::utf8))
                    .contains("one");
        }
    }

    @Test
    void onlyARequestThatWasNotSentIsUnavailable() {
        assertThatThrownBy(() -> ObjectRequests.change(
                        () -> {
                            throw new ConnectException("refused");
                        },
                        cause -> "unknown"))
                .isInstanceOf(BackendUnavailableException.class);
        assertThat(ObjectRequests.<String>change(
                        () -> {
                            throw new IOException("reset");
                        },
                        cause -> "unknown"))
                .isEqualTo("unknown");
    }
}
