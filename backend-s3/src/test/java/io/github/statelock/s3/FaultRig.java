package io.github.statelock.s3;

import io.github.statelock.testkit.ArmedWireFault;
import io.github.statelock.testkit.FaultProxy;
import io.github.statelock.testkit.TestServers;
import io.github.statelock.testkit.WireFault;
import io.github.statelock.testkit.WireRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** A backend whose requests meet faults, one beside it whose do not, and the requests by name. */
final class FaultRig implements AutoCloseable {

    /** What happens to a request. */
    @SuppressWarnings("ImmutableEnumChecker") // factories, which change nothing
    enum Wire {
        CUT_BEFORE(WireFault::cutBeforeSending),
        RESET_BEFORE(WireFault::resetBeforeSending),
        APPLIED_THEN_CUT(WireFault::applyThenCut),
        APPLIED_THEN_RESET(WireFault::applyThenReset),
        STATUS_500(() -> WireFault.answer(500)),
        STATUS_503(() -> WireFault.answer(503)),
        STATUS_429(() -> WireFault.answer(429)),
        HANG(WireFault::hang),
        APPLIED_THEN_HANG(WireFault::applyThenHang),
        DRIP(() -> WireFault.drip(1)),
        LATE(WireFault::sendLate),
        TWICE(WireFault::sendTwice);

        private final Supplier<WireFault> fault;

        Wire(Supplier<WireFault> fault) {
            this.fault = fault;
        }
    }

    /** A request to one of the two services. */
    @SuppressWarnings("ImmutableEnumChecker") // predicates, which change nothing
    enum Kind {
        PUT_FILE(false, WireRequest.method("PUT").and(WireRequest.targetContains(".tflock"))),
        DELETE_FILE(false, WireRequest.method("DELETE").and(WireRequest.targetContains(".tflock"))),
        GET_FILE(false, WireRequest.method("GET").and(WireRequest.targetContains(".tflock"))),
        PUT_FENCE(false, WireRequest.method("PUT").and(WireRequest.targetContains(".statelock-fence"))),
        PUT_STATE(false, WireRequest.method("PUT").and(isState())),
        DELETE_STATE(false, WireRequest.method("DELETE").and(isState())),
        GET_STATE(false, WireRequest.method("GET").and(isState())),
        PUT_ITEM(true, WireRequest.header("X-Amz-Target", "PutItem")),
        DELETE_ITEM(true, WireRequest.header("X-Amz-Target", "DeleteItem")),
        GET_ITEM(true, WireRequest.header("X-Amz-Target", "GetItem")),
        TRANSACT(true, WireRequest.header("X-Amz-Target", "TransactWriteItems"));

        private final boolean table;
        private final Predicate<WireRequest> request;

        Kind(boolean table, Predicate<WireRequest> request) {
            this.table = table;
            this.request = request;
        }

        private static Predicate<WireRequest> isState() {
            return WireRequest.targetContains(".tfstate")
                    .and(WireRequest.targetContains(".tflock").negate())
                    .and(WireRequest.targetContains("-fence").negate());
        }
    }

    static final Duration CALL_TIMEOUT = Duration.ofSeconds(4);

    final FaultProxy s3;
    final FaultProxy dynamoDb;
    final S3Backend faulty;
    final S3Backend sound;

    FaultRig(S3LockMode mode) {
        S3TestStore store = S3TestStore.shared();
        s3 = FaultProxy.inFrontOf(TestServers.s3().uri());
        dynamoDb = FaultProxy.inFrontOf(TestServers.dynamoDb().uri());
        faulty = S3TestStore.at(s3.uri(), dynamoDb.uri())
                .builder(mode)
                .callTimeout(CALL_TIMEOUT)
                .transferTimeout(Duration.ofSeconds(12))
                .build();
        sound = store.builder(mode).build();
    }

    ArmedWireFault arm(Wire wire, Kind kind) {
        return (kind.table ? dynamoDb : s3).arm(wire.fault.get(), kind.request);
    }

    void assertFired() {
        s3.assertFired();
        dynamoDb.assertFired();
    }

    static void letGo(ArmedWireFault fault) {
        try {
            fault.release();
        } catch (IOException e) {
            throw new AssertionError("what was held back could not be sent", e);
        }
    }

    @Override
    public void close() {
        faulty.close();
        sound.close();
        s3.close();
        dynamoDb.close();
    }
}
