package io.github.statelock.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.testkit.ManualTicker;
import java.net.http.HttpRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("real-time")
class PasswordGuessesTest {

    private final Store store = new Store();
    private final ManualTicker ticker = new ManualTicker();
    private final PasswordGuesses guesses = new PasswordGuesses(ticker);

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void afterSomeWrongOnesAClientWaitsAndOthersDoNot() {
        for (int i = 0; i < PasswordGuesses.FREE; i++) {
            assertThat(guesses.slows("a")).isFalse();
            guesses.wrong("a");
        }
        assertThat(guesses.slows("a")).isTrue();
        assertThat(guesses.slows("b")).isFalse();
        ticker.advance(PasswordGuesses.REMEMBERED);
        assertThat(guesses.slows("a")).isFalse();
    }

    @Test
    void onlyAFewWaitAtATime() {
        for (int i = 0; i < PasswordGuesses.WAITING; i++) {
            assertThat(guesses.mayWait("a")).isTrue();
        }
        assertThat(guesses.mayWait("a")).isFalse();
        assertThat(guesses.mayWait("b")).isTrue();
        guesses.waited("a");
        assertThat(guesses.mayWait("a")).isTrue();
    }

    /** Nobody learns sooner whether a password is right; the right one opens after the delay as it did before. */
    @Test
    void theRightOneIsJudgedAfterTheDelayToo() {
        Served served = store.serve(Store.with(Authentication.none().orBearer("right")));
        for (int i = 0; i < PasswordGuesses.FREE; i++) {
            assertThat(served.send(with(served, "wrong")).status()).isEqualTo(401);
            assertThat(served.send(served.request(Served.PATH)).status())
                    .as("a client asks without credentials first")
                    .isEqualTo(401);
        }
        assertThat(served.send(with(served, "right")).status()).isEqualTo(404);
        assertThat(served.send(with(served, "wrong")).status()).isEqualTo(401);
        assertThat(served.send(served.request("/healthz")).status()).isEqualTo(200);
    }

    private static HttpRequest.Builder with(Served served, String token) {
        return served.request(Served.PATH).header("Authorization", "Bearer " + token);
    }
}
