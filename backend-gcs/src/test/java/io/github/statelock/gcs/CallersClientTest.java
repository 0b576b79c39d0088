package io.github.statelock.gcs;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.api.gax.rpc.FixedHeaderProvider;
import com.google.auth.oauth2.AccessToken;
import com.google.auth.oauth2.OAuth2Credentials;
import com.google.cloud.storage.Storage;
import io.github.statelock.HeldLock;
import io.github.statelock.LockOptions;
import io.github.statelock.LockStatus;
import io.github.statelock.ObservedLock;
import io.github.statelock.StateKey;
import io.github.statelock.engine.EngineOptions;
import io.github.statelock.spi.OwnedLock;
import io.github.statelock.spi.ReleaseOutcome;
import io.github.statelock.testkit.FaultProxy;
import io.github.statelock.testkit.WireFault;
import io.github.statelock.testkit.WireRequest;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A client of the caller's: what is taken over from it, and what it is good for. */
@Tag("real-time")
class CallersClientTest {

    private final Gcs gcs = Gcs.main();
    private final StateKey key = StateKey.of("caller/" + UUID.randomUUID());

    private GcsBackend backend(Storage client) {
        return GcsBackend.builder(gcs.bucket())
                .storage(client)
                .verifyConditionalWrites(false)
                .build();
    }

    @ParameterizedTest
    @EnumSource
    void aReleaseWhoseAnswerWasLostIsARelease(CallersClient callers) throws Exception {
        try (FaultProxy proxy = FaultProxy.inFrontOf(gcs.server());
                Storage client = callers.at(proxy);
                GcsBackend backend = backend(client)) {
            HeldLock lock =
                    backend.locks().acquire(key, LockOptions.builder().noLease().build());
            proxy.arm(WireFault.applyThenCut(), WireRequest.method("DELETE"));
            lock.release();
            proxy.assertFired();
            assertThat(proxy.count(WireRequest.method("DELETE"))).isEqualTo(2);
            assertThat(lock.status()).isEqualTo(LockStatus.RELEASED);
            assertThat(gcs.lockDriver().observe(key)).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void anAcquireWhoseAnswerWasLostIsOurs(CallersClient callers) throws Exception {
        try (FaultProxy proxy = FaultProxy.inFrontOf(gcs.server());
                Storage client = callers.at(proxy);
                GcsBackend backend = backend(client)) {
            proxy.arm(WireFault.applyThenCut(), WireRequest.method("POST").and(WireRequest.targetContains("/upload/")));
            try (HeldLock lock =
                    backend.locks().acquire(key, LockOptions.builder().noLease().build())) {
                proxy.assertFired();
                assertThat(lock.status()).isEqualTo(LockStatus.HELD);
            }
            assertThat(gcs.lockDriver().observe(key)).isEmpty();
        }
    }

    /** And with the control: a driver that does not know of the repetition would take the release for a loss. */
    @Test
    void aReleaseThatTheTransportRepeatedCountsAsDone() {
        try (FaultProxy proxy = FaultProxy.inFrontOf(gcs.server());
                GcsClients clients = clients(CallersClient.WITH_A_TRANSPORT_THAT_REPEATS, proxy)) {
            assertThat(repeatedRelease(proxy, clients, clients.replays())).isEqualTo(new ReleaseOutcome.Released());
            assertThat(repeatedRelease(proxy, clients, false)).isEqualTo(new ReleaseOutcome.AlreadyGone());
            assertThat(proxy.count(WireRequest.method("DELETE"))).isEqualTo(4);
        }
    }

    private ReleaseOutcome repeatedRelease(FaultProxy proxy, GcsClients clients, boolean replays) {
        StateKey fresh = StateKey.of("caller/" + UUID.randomUUID());
        ObservedLock lock = Dead.holder(gcs, fresh);
        GcsObjects objects = new GcsObjects(clients.locks(), GcsNames.of(gcs.bucket(), ""), Optional.empty());
        proxy.arm(WireFault.applyThenCut(), WireRequest.method("DELETE"));
        return new GenerationLockDriver(objects, replays)
                .release(new OwnedLock(fresh, lock.info().orElseThrow(), lock.lease(), lock.version()));
    }

    @Test
    void onlyATransportOfTheCallersIsTakenForOneThatRepeats() {
        try (FaultProxy proxy = FaultProxy.inFrontOf(gcs.server())) {
            assertThat(clients(CallersClient.AS_IT_COMES, proxy).replays()).isFalse();
            assertThat(clients(CallersClient.WITH_ATTEMPTS_SET, proxy).replays())
                    .isFalse();
            assertThat(clients(CallersClient.WITH_ITS_OWN_TRANSPORT, proxy).replays())
                    .isTrue();
        }
    }

    private static GcsClients clients(CallersClient callers, FaultProxy proxy) {
        return GcsClients.like(
                callers.at(proxy),
                EngineOptions.builder()
                        .callTimeout(Duration.ofSeconds(7))
                        .transferTimeout(Duration.ofSeconds(90))
                        .build(),
                Map.of());
    }

    @ParameterizedTest
    @EnumSource
    void theOptionsOfTheCallersAreKept(CallersClient callers) throws Exception {
        try (FaultProxy proxy = FaultProxy.inFrontOf(gcs.server());
                Storage client = callers.at(
                        proxy,
                        options -> options.setCredentials(
                                        OAuth2Credentials.create(new AccessToken("of-the-caller", null)))
                                .setQuotaProjectId("payer")
                                .setUniverseDomain("googleapis.com")
                                .setHeaderProvider(
                                        FixedHeaderProvider.create("x-team", "blue", "user-agent", "their-tool/1")));
                GcsBackend backend = backend(client)) {
            assertThat(backend.locks().inspect(key)).isEmpty();
            assertThat(backend.states().read(key)).isEmpty();
            assertThat(proxy.requests()).isNotEmpty().allSatisfy(request -> {
                assertThat(request.header("authorization")).contains("Bearer of-the-caller");
                assertThat(request.header("x-goog-user-project")).contains("payer");
                assertThat(request.header("x-team")).contains("blue");
                assertThat(request.header("user-agent").orElseThrow()).contains("their-tool/1");
            });
            GcsClients clients = GcsClients.like(
                    client,
                    EngineOptions.builder()
                            .callTimeout(Duration.ofSeconds(7))
                            .transferTimeout(Duration.ofSeconds(90))
                            .build(),
                    Map.of());
            for (Storage derived : List.of(clients.locks(), clients.states())) {
                assertThat(derived.getOptions().getProjectId()).isEqualTo("test");
                assertThat(derived.getOptions().getUniverseDomain()).isEqualTo("googleapis.com");
            }
        }
    }

    @Test
    void theClientItselfSendsNothingAndStaysOpen() throws Exception {
        try (FaultProxy proxy = FaultProxy.inFrontOf(gcs.server());
                Storage client = CallersClient.AS_IT_COMES.at(proxy)) {
            List<String> asked = new CopyOnWriteArrayList<>();
            Storage watched = (Storage) Proxy.newProxyInstance(
                    Storage.class.getClassLoader(), new Class<?>[] {Storage.class}, (self, method, arguments) -> {
                        asked.add(method.getName());
                        return method.invoke(client, arguments);
                    });
            try (GcsBackend backend = backend(watched)) {
                backend.locks()
                        .acquire(key, LockOptions.builder().noLease().build())
                        .release();
            }
            assertThat(asked).containsOnly("getOptions");
        }
    }

    /** As the service knows it, and not as a POST with another name for it, which the SDK's transport would make of it. */
    @Test
    void aRenewalIsAPatch() throws Exception {
        try (FaultProxy proxy = FaultProxy.inFrontOf(gcs.server());
                Storage client = CallersClient.AS_IT_COMES.at(proxy);
                GcsBackend backend = backend(client)) {
            HeldLock lock = backend.locks().acquire(key, leased());
            Eventually.holds(() -> proxy.count(WireRequest.method("PATCH")) > 0);
            lock.ensureHeld();
            lock.release();
            assertThat(gcs.lockDriver().observe(key)).isEmpty();
        }
    }

    /** At the second server, which takes patches as that transport sends them, and makes a new generation of each. */
    @Test
    void renewalsGoThroughATransportOfTheCallers() throws Exception {
        Gcs second = Gcs.second();
        try (FaultProxy proxy = FaultProxy.inFrontOf(second.server());
                Storage client = CallersClient.WITH_ITS_OWN_TRANSPORT.at(proxy);
                GcsBackend backend = GcsBackend.builder(second.bucket())
                        .storage(client)
                        .verifyConditionalWrites(false)
                        .build()) {
            HeldLock lock = backend.locks().acquire(key, leased());
            Eventually.holds(() -> proxy.count(WireRequest.header("x-http-method-override", "PATCH")) > 1);
            lock.ensureHeld();
            lock.release();
            assertThat(second.lockDriver().observe(key)).isEmpty();
        }
    }

    private static LockOptions leased() {
        return LockOptions.builder().lease(Duration.ofSeconds(10)).build();
    }

    /** Our own transport, which is why a release can tell a loss: one DELETE on the wire for each one asked for. */
    @Test
    void ourOwnClientSendsEachRequestOnce() {
        try (FaultProxy proxy = FaultProxy.inFrontOf(gcs.server())) {
            GcsObjects objects = gcs.through(proxy.uri()).objects();
            gcs.insert(key.value(), new byte[] {1}, "");
            objects.get(key.value()); // so that the connection is an old one
            proxy.arm(WireFault.applyThenCut(), WireRequest.method("DELETE"));
            assertThat(objects.delete(key.value())).isInstanceOf(Answer.Unknown.class);
            proxy.assertFired();
            assertThat(proxy.count(WireRequest.method("DELETE"))).isEqualTo(1);
        }
    }
}
