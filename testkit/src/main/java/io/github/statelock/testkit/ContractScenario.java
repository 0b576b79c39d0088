package io.github.statelock.testkit;

import io.github.statelock.HeldLock;
import io.github.statelock.LockAttempt;
import io.github.statelock.LockInfo;
import io.github.statelock.LockOptions;
import io.github.statelock.ObservedLock;
import io.github.statelock.StateKey;
import io.github.statelock.engine.EngineOptions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import org.assertj.core.api.Assertions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;

/** What the contracts are written in: the parties of one test, its keys, its time. */
abstract class ContractScenario extends BackendContract {

    private final String prefix = "contract/" + UUID.randomUUID() + "/";
    private final List<Party> parties = new CopyOnWriteArrayList<>();
    private @Nullable ContractTime clock;

    final ContractTime time() {
        ContractTime current = clock;
        if (current == null) {
            current = manualTime()
                    ? ContractTime.manual(() -> parties.stream().anyMatch(Party::isBusy))
                    : ContractTime.real();
            clock = current;
        }
        return current;
    }

    final Party party() {
        return party(options -> options);
    }

    final Party party(UnaryOperator<EngineOptions.Builder> tuning) {
        return party(openDrivers(), tuning);
    }

    final Party party(Drivers drivers, UnaryOperator<EngineOptions.Builder> tuning) {
        Party party = new Party(drivers, tuning.apply(engineOptions()), time());
        parties.add(party);
        return party;
    }

    /** A process that lives in real time, for tests in which nothing expires. */
    final Party realTimeParty() {
        Party party = new Party(openDrivers(), engineOptions(), ContractTime.real());
        parties.add(party);
        return party;
    }

    final StateKey key(String name) {
        return StateKey.of(prefix + name);
    }

    final String prefix() {
        return prefix;
    }

    /** Options with the shortest lease, or without one where there is none. */
    final LockOptions.Builder options() {
        LockOptions.Builder options =
                LockOptions.builder().operation("contract").info("who keeps it?");
        return supportsLeases() ? options.lease(shortestLease()) : options.noLease();
    }

    /** Options of a lock that outlives the test, so that nothing is freed by taking it over. */
    final LockOptions.Builder lasting() {
        return supportsNoLease()
                ? options().noLease()
                : options().lease(longestLease()).takeOver(false);
    }

    final Duration longestLease() {
        return openDrivers().locks().leaseBounds().longest();
    }

    static Duration margin(Duration lease) {
        Duration tenth = lease.dividedBy(10);
        return tenth.compareTo(Duration.ofSeconds(1)) > 0 ? tenth : Duration.ofSeconds(1);
    }

    /** What a test does with each of several cases. */
    interface Body<T> {
        void run(T item) throws Exception;
    }

    /** Runs a case after the other, or side by side where they take real time. */
    final <T> void each(List<T> cases, Body<T> body) throws Exception {
        if (time().manual().isPresent()) {
            for (T one : cases) {
                body.run(one);
            }
            return;
        }
        List<Call<Boolean>> calls = new ArrayList<>();
        for (T one : cases) {
            calls.add(Call.start(() -> {
                body.run(one);
                return true;
            }));
        }
        for (Call<Boolean> call : calls) {
            call.result();
        }
    }

    /** Runs a blocking call to its end while time goes by. */
    final <T> T finish(Callable<T> callable) throws Exception {
        return finish(Call.start(callable));
    }

    final <T> T finish(Call<T> call) throws Exception {
        time().await("end of the call", call::isDone);
        return call.result();
    }

    final void finishRun(Runnable action) throws Exception {
        finish(() -> {
            action.run();
            return true;
        });
    }

    final HeldLock hold(Party party, StateKey key, LockOptions.Builder options) throws Exception {
        return finish(() -> party.locks().acquire(key, options.build()));
    }

    final LockAttempt attempt(Party party, StateKey key, LockOptions.Builder options) throws Exception {
        return finish(() -> party.locks().tryAcquire(key, options.build()));
    }

    /** The record of a refused attempt. */
    final ObservedLock refusal(Party party, StateKey key, LockOptions.Builder options) throws Exception {
        LockAttempt attempt = attempt(party, key, options);
        Assertions.assertThat(attempt).isInstanceOf(LockAttempt.Held.class);
        return ((LockAttempt.Held) attempt).holder();
    }

    final Optional<ObservedLock> inspect(Party party, StateKey key) throws Exception {
        return finish(() -> party.locks().inspect(key));
    }

    /** The key becomes free without anybody's taking a lock over, and stays free. */
    final void assertBecomesFree(StateKey key) throws Exception {
        Party observer = party();
        time().await(
                        "free lock of " + key,
                        Duration.ofSeconds(30),
                        () -> observer.lockDriver().observe(key).isEmpty());
        time().pass(Duration.ofSeconds(2));
        Assertions.assertThat(inspect(observer, key)).isEmpty();
    }

    final LockInfo foreignInfo(StateKey key) {
        return new LockInfo(
                UUID.randomUUID().toString(),
                "OperationTypeApply",
                "",
                "somebody@elsewhere",
                "1.13.0",
                Instant.parse("2026-01-02T03:04:05.678Z"),
                openDrivers().locks().lockPath(key));
    }

    @AfterEach
    final void closeParties() throws Exception {
        parties.forEach(Party::recover);
        for (Party party : parties) {
            finishRun(() -> party.backend().close());
        }
        time().await("end of all requests", () -> parties.stream().noneMatch(Party::hasUnfinishedRequests));
    }
}
