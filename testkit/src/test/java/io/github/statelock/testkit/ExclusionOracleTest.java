package io.github.statelock.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.statelock.FencingToken;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The oracle finds overlaps and tokens that do not grow. */
class ExclusionOracleTest {

    private final ExclusionOracle oracle = new ExclusionOracle();

    private static Optional<FencingToken> token(long value) {
        return Optional.of(new FencingToken(value));
    }

    @Test
    void oneAfterTheOtherIsFine() {
        oracle.visit("a", token(1));
        oracle.visit("b", token(2));
        oracle.visit("c", Optional.empty());
        oracle.visit("a", token(7));
        oracle.assertNoViolation();
        assertThat(oracle.entries()).isEqualTo(4);
    }

    @Test
    void twoInsideAreNamedAndTheirIncrementIsLost() {
        oracle.inside("first", Optional.empty(), () -> {
            oracle.visit("second", Optional.empty());
            return true;
        });
        assertThat(oracle.violations())
                .contains(new ExclusionOracle.Violation("two holders at once", "first", "second"))
                .anySatisfy(v -> assertThat(v.what()).contains("1 of 2 increments were lost"));
        assertThatThrownBy(oracle::assertNoViolation)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("first")
                .hasMessageContaining("second");
    }

    @Test
    void aTokenThatDoesNotGrowIsNamed() {
        oracle.visit("a", token(2));
        oracle.visit("b", token(2));
        oracle.visit("c", token(1));
        assertThat(oracle.violations())
                .containsExactly(
                        new ExclusionOracle.Violation("token 2 after 2", "a", "b"),
                        new ExclusionOracle.Violation("token 1 after 2", "b", "c"));
    }
}
