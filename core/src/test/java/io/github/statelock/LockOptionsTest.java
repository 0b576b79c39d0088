package io.github.statelock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class LockOptionsTest {

    @Test
    void theDefaultsAreThoseThatTheJavadocNames() {
        LockOptions options = LockOptions.builder().build();
        assertThat(options.operation()).isEmpty();
        assertThat(options.info()).isEmpty();
        assertThat(options.who()).isEmpty();
        assertThat(options.lease()).contains(Duration.ofSeconds(30));
        assertThat(options.waitUpTo()).isZero();
        assertThat(options.maxHold()).isEmpty();
        assertThat(options.fencing()).isFalse();
        assertThat(options.takeOver()).isTrue();
        assertThat(options.listener()).isNotNull();
    }

    @Test
    void theOperationAloneIsTheShortWay() {
        assertThat(LockOptions.operation("apply").operation()).isEqualTo("apply");
    }

    @Test
    void whatIsBuiltDoesNotChangeWithItsBuilder() {
        LockOptions.Builder builder = LockOptions.builder().operation("first").lease(Duration.ofSeconds(10));
        LockOptions first = builder.build();
        builder.operation("second").noLease().waitUpTo(Duration.ofHours(1)).fencing(true);
        assertThat(first.operation()).isEqualTo("first");
        assertThat(first.lease()).contains(Duration.ofSeconds(10));
        assertThat(first.waitUpTo()).isZero();
        assertThat(first.fencing()).isFalse();
        assertThat(builder.build().lease()).isEmpty();
    }

    @Test
    void aBuilderFromOptionsTakesAllOfThem() {
        LockListener listener = new LockListener() {};
        LockOptions options = LockOptions.builder()
                .operation("apply")
                .info("release 42")
                .who("anna@build-7")
                .lease(Duration.ofSeconds(12))
                .waitUpTo(Duration.ofMinutes(5))
                .maxHold(Duration.ofHours(1))
                .fencing(true)
                .takeOver(false)
                .listener(listener)
                .build();
        assertThat(options.toBuilder().build()).usingRecursiveComparison().isEqualTo(options);
        assertThat(options.toBuilder().build().listener()).isSameAs(listener);
        LockOptions noLease = LockOptions.builder().noLease().build();
        assertThat(noLease.toBuilder().build().lease()).isEmpty();
    }

    @Test
    void timesThatMakeNoSenseAreRefusedByName() {
        LockOptions.Builder builder = LockOptions.builder();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.lease(Duration.ZERO))
                .withMessageContaining("lease is not positive");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.lease(Duration.ofSeconds(-1)))
                .withMessageContaining("lease is not positive");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.maxHold(Duration.ZERO))
                .withMessageContaining("maxHold is not positive");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.waitUpTo(Duration.ofNanos(-1)))
                .withMessageContaining("waitUpTo is negative");
        assertThat(builder.waitUpTo(Duration.ZERO).build().waitUpTo()).isZero();
    }

    @SuppressWarnings("NullAway") // what a caller without null checks may do
    @Test
    void nullIsRefusedByName() {
        LockOptions.Builder builder = LockOptions.builder();
        assertThatNullPointerException()
                .isThrownBy(() -> builder.operation(null))
                .withMessage("operation");
        assertThatNullPointerException().isThrownBy(() -> builder.info(null)).withMessage("info");
        assertThatNullPointerException().isThrownBy(() -> builder.who(null)).withMessage("who");
        assertThatNullPointerException()
                .isThrownBy(() -> builder.listener(null))
                .withMessage("listener");
    }

    @Test
    void aLockRecordedForAClientHasNeitherLeaseNorToken() {
        LockInfo client = new LockInfo("id", "apply", "", "a@b", "1.13.0", Instant.EPOCH, "");
        LockOptions options = LockOptions.builder().recordAs(client).build();
        assertThat(options.recordedAs()).contains(client);
        assertThat(options.lease()).isEmpty();
        assertThat(options.toBuilder().build().recordedAs()).contains(client);
        LockOptions.Builder leased = LockOptions.builder().recordAs(client).lease(Duration.ofSeconds(30));
        assertThatThrownBy(leased::build).isInstanceOf(IllegalStateException.class);
        LockOptions.Builder fenced = LockOptions.builder().recordAs(client).fencing(true);
        assertThatThrownBy(fenced::build).isInstanceOf(IllegalStateException.class);
    }
}
