package io.github.statelock.gcs;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.cloud.storage.BlobInfo;
import com.google.cloud.storage.Storage.BlobListOption;
import io.github.statelock.HeldLock;
import io.github.statelock.LockAttempt;
import io.github.statelock.LockOptions;
import io.github.statelock.StateKey;
import io.github.statelock.StateVersion;
import io.github.statelock.WriteCondition;
import io.github.statelock.testkit.FaultProxy;
import io.github.statelock.testkit.WireRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** How many requests each operation costs, counted in front of the server. */
@Tag("real-time")
@Execution(ExecutionMode.CONCURRENT)
class RequestBudgetTest {

    private final Gcs gcs = Gcs.main();
    private final StateKey key = StateKey.of("budget/" + UUID.randomUUID() + ".tfstate");

    private static List<String> methods(FaultProxy proxy) {
        List<String> methods =
                proxy.requests().stream().map(WireRequest::method).toList();
        proxy.forgetRequests();
        return methods;
    }

    @Test
    void aLockCostsOneRequestForEachStep() throws Exception {
        try (FaultProxy proxy = FaultProxy.inFrontOf(gcs.server());
                GcsBackend backend = gcs.through(proxy.uri()).backend().build()) {
            // A slow first request of a cold JVM would use up so much of the lease that it is renewed at once.
            StateKey warm = StateKey.of("budget/warm-" + UUID.randomUUID());
            backend.locks().acquire(warm, LockOptions.operation("warm up")).release();
            proxy.forgetRequests();
            HeldLock lock = backend.locks()
                    .acquire(
                            key,
                            LockOptions.builder().lease(Duration.ofSeconds(15)).build());
            assertThat(methods(proxy)).containsExactly("POST");
            Eventually.holds(() -> !proxy.requests().isEmpty());
            assertThat(methods(proxy)).containsExactly("PATCH");
            lock.release();
            assertThat(methods(proxy)).containsExactly("DELETE");
        }
    }

    @Test
    void aRefusalCostsTwoRequestsForOursAndThreeForTerraforms() throws Exception {
        StateKey theirs = StateKey.of("budget/theirs-" + UUID.randomUUID() + ".tfstate");
        try (FaultProxy proxy = FaultProxy.inFrontOf(gcs.server());
                GcsBackend backend = gcs.through(proxy.uri()).backend().build()) {
            LockOptions options = LockOptions.builder().noLease().build();
            Dead.holder(gcs, key);
            assertThat(backend.locks().tryAcquire(key, options)).isInstanceOf(LockAttempt.Held.class);
            assertThat(methods(proxy)).containsExactly("POST", "GET");
            gcs.insert(gcs.objects().names().lock(theirs), TerraformLock.BODY, "&ifGenerationMatch=0");
            assertThat(backend.locks().tryAcquire(theirs, options)).isInstanceOf(LockAttempt.Held.class);
            assertThat(methods(proxy)).containsExactly("POST", "GET", "GET");
        }
    }

    @Test
    void aStateCostsOneRequestToWriteAndTwoToRead() throws Exception {
        try (FaultProxy proxy = FaultProxy.inFrontOf(gcs.server());
                GcsBackend backend = gcs.through(proxy.uri()).backend().build()) {
            StateVersion version =
                    backend.states().write(key, "1".getBytes(StandardCharsets.UTF_8), WriteCondition.ifAbsent());
            assertThat(methods(proxy)).containsExactly("POST");
            assertThat(backend.states().read(key)).isPresent();
            assertThat(methods(proxy)).containsExactly("GET", "GET");
            backend.states().delete(key, WriteCondition.ifVersion(version));
            assertThat(methods(proxy)).containsExactly("DELETE");
            assertThat(backend.states().read(key)).isEmpty();
            assertThat(methods(proxy)).containsExactly("GET");
        }
    }

    /** The first read of what is absent also asks whether there is a bucket. */
    @Test
    void anAbsentStateCostsTwoRequestsAndThenOneWhateverIsBelowItsName() {
        siblings(10);
        try (FaultProxy proxy = FaultProxy.inFrontOf(gcs.server());
                GcsBackend backend = gcs.through(proxy.uri()).backend().build()) {
            assertThat(backend.states().read(key)).isEmpty();
            assertThat(methods(proxy)).containsExactly("GET", "GET");
            assertThat(backend.states().read(key)).isEmpty();
            assertThat(methods(proxy)).containsExactly("GET");
        }
    }

    /** With one object on a page: the next one tells that there are no more of that name. */
    @Test
    void theVersionsOfAnObjectCostNoPagesOfOthers() {
        gcs.insert(key.value(), new byte[] {1}, "");
        siblings(10);
        try (FaultProxy proxy = FaultProxy.inFrontOf(gcs.server())) {
            GcsObjects objects = gcs.through(proxy.uri()).objects();
            assertThat(objects.versions(key.value(), BlobListOption.pageSize(1)))
                    .extracting(BlobInfo::getName)
                    .containsExactly(key.value());
            assertThat(methods(proxy)).containsExactly("GET", "GET");
        }
    }

    private void siblings(int count) {
        for (int i = 0; i < count; i++) {
            gcs.insert(key + "/" + i, new byte[] {1}, "");
        }
    }
}
