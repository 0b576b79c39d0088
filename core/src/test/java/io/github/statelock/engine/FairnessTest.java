package io.github.statelock.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.HeldLock;
import io.github.statelock.LockOptions;
import io.github.statelock.engine.FakeStore.Op;
import io.github.statelock.spi.LockDriver;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Several processes with several threads each that want one key. */
class FairnessTest extends EngineTest {

    private static final Duration POLL_FROM = Duration.ofSeconds(1);
    private static final Duration POLL_TO = Duration.ofSeconds(2);
    private static final Duration ONE_WAY = Duration.ofMillis(20);
    private static final Duration HOLD = Duration.ofMillis(40);

    private final EngineOptions options = EngineOptions.builder()
            .poll(POLL_FROM, POLL_TO)
            .ticker(time)
            .scheduler(time)
            .build();
    private final Fairness fairness = new Fairness(options);

    /** A process whose requests and answers take their time. */
    private DriverLockManager process() {
        LockDriver slow = (LockDriver) Proxy.newProxyInstance(
                FakeStore.class.getClassLoader(), new Class<?>[] {LockDriver.class}, (proxy, method, arguments) -> {
                    boolean sends = !List.of("lockPath", "leaseBounds", "watchedParts", "identifies", "isWhole")
                            .contains(method.getName());
                    if (sends) {
                        pass(ONE_WAY);
                    }
                    try {
                        return method.invoke(store, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    } finally {
                        if (sends) {
                            pass(ONE_WAY);
                        }
                    }
                });
        return new DriverLockManager(slow, options, new EngineThreads(options, time.workers()::around));
    }

    private void pass(Duration duration) {
        CompletableFuture<Void> over = new CompletableFuture<>();
        time.schedule(duration, () -> over.complete(null));
        over.join();
    }

    /** Takes the lock again and again until that time; the number of times. */
    private List<Future<Integer>> contend(DriverLockManager process, int threads, long until) {
        List<Future<Integer>> turns = new ArrayList<>();
        LockOptions patient = waiting(Duration.ofHours(1)).toBuilder().noLease().build();
        for (int i = 0; i < threads; i++) {
            turns.add(inBackground(() -> {
                int count = 0;
                while (time.nanos() - until < 0) {
                    try (HeldLock lock = process.acquire(KEY, patient)) {
                        pass(HOLD);
                        lock.ensureHeld();
                        count++;
                    }
                }
                return count;
            }));
        }
        return turns;
    }

    private int sum(List<Future<Integer>> turns) throws Exception {
        int sum = 0;
        for (Future<Integer> one : turns) {
            sum += time.advanceUntilDone(one);
        }
        return sum;
    }

    /** Its share was next to nothing where the others kept handing the lock over among their own threads. */
    @Test
    void eachProcessHasAtLeastHalfOfItsShare() throws Exception {
        long until = time.nanos() + Duration.ofSeconds(90).toNanos();
        List<List<Future<Integer>>> processes = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            processes.add(contend(process(), 3, until));
        }
        time.advanceUntil(() -> time.nanos() - until >= 0);
        List<Integer> shares = new ArrayList<>();
        for (List<Future<Integer>> process : processes) {
            shares.add(sum(process));
        }
        int all = shares.stream().mapToInt(Integer::intValue).sum();
        assertThat(shares).as("shares of %d", all).allMatch(share -> 2 * 4 * share >= all);
        assertThat(all).as("the lock is not left idle for long").isGreaterThan(500);
    }

    @Test
    void whereNoOtherProcessWasSeenTheHandOverIsImmediate() throws Exception {
        long start = time.nanos();
        long until = start + Duration.ofSeconds(20).toNanos();
        int turns = sum(contend(process(), 3, until));
        Duration cycle = ONE_WAY.multipliedBy(4).plus(HOLD);
        assertThat(Duration.ofNanos(time.nanos() - start)).isLessThan(cycle.multipliedBy(turns + 1));
        assertThat(store.count(Op.CREATE)).isEqualTo(turns);
        assertThat(store.count(Op.OBSERVE)).isZero();
    }

    /** One pause, in which nobody takes the lock: from then on the hand-over is immediate again. */
    @Test
    void othersThatAreGoneCostOnePause() throws Exception {
        store.put(KEY, "them", Optional.empty());
        long until = time.nanos() + Duration.ofSeconds(60).toNanos();
        List<Future<Integer>> turns = contend(process(), 3, until);
        time.advanceUntil(() -> store.count(Op.OBSERVE) > 2);
        store.remove(KEY);
        time.advanceUntil(() -> store.count(Op.RELEASE) > 0);
        long start = time.nanos();
        int looks = store.count(Op.OBSERVE);
        int all = sum(turns);
        Duration cycle = ONE_WAY.multipliedBy(4).plus(HOLD);
        assertThat(Duration.ofNanos(time.nanos() - start))
                .isLessThan(cycle.multipliedBy(all + 1).plus(POLL_TO).plus(ONE_WAY.multipliedBy(2)));
        assertThat(store.count(Op.OBSERVE) - looks).isBetween(1, 20);
    }

    @Test
    void aKeyIsLeftFreeAfterALongRunOnly() {
        fairness.taken(KEY);
        time.pass(Duration.ofMinutes(1));
        fairness.ended(KEY);
        assertThat(fairness.yieldFor(KEY)).as("others were never seen").isZero();
        fairness.heldElsewhere(KEY);
        assertThat(fairness.yieldFor(KEY)).as("they have it").isZero();
        fairness.taken(KEY);
        time.pass(POLL_TO.dividedBy(2).minusMillis(1));
        fairness.ended(KEY);
        assertThat(fairness.yieldFor(KEY)).as("a short run").isZero();
        fairness.taken(KEY);
        time.pass(Duration.ofMillis(1));
        fairness.ended(KEY);
        assertThat(fairness.yieldFor(KEY)).as("a long run").isEqualTo(POLL_TO);
        time.pass(Duration.ofMillis(500));
        assertThat(fairness.yieldFor(KEY)).as("what is left").isEqualTo(POLL_TO.minusMillis(500));
        fairness.heldElsewhere(KEY);
        assertThat(fairness.yieldFor(KEY)).as("they have it").isZero();
    }

    @Test
    void aKeyThatWasFreeForLongEnoughStartsANewRun() {
        fairness.heldElsewhere(KEY);
        fairness.taken(KEY);
        time.pass(Duration.ofMinutes(1));
        fairness.ended(KEY);
        time.pass(POLL_TO);
        assertThat(fairness.yieldFor(KEY)).isZero();
        fairness.taken(KEY);
        fairness.ended(KEY);
        assertThat(fairness.yieldFor(KEY)).isZero();
    }

    @Test
    void whereNobodyTookTheChanceNoneIsGivenAgain() {
        fairness.heldElsewhere(KEY);
        fairness.taken(KEY);
        time.pass(Duration.ofMinutes(1));
        fairness.ended(KEY);
        fairness.unclaimed(KEY);
        fairness.taken(KEY);
        time.pass(Duration.ofMinutes(1));
        fairness.ended(KEY);
        assertThat(fairness.yieldFor(KEY)).isZero();
    }

    @Test
    void oneWhoDoesNotWaitIsNotHeldUp() throws Exception {
        store.put(KEY, "them", Optional.empty());
        DriverLockManager process = process();
        AtomicInteger done = new AtomicInteger();
        LockOptions patient = waiting(Duration.ofHours(1)).toBuilder().noLease().build();
        Future<HeldLock> first = inBackground(() -> process.acquire(KEY, patient));
        time.advanceUntil(() -> store.count(Op.OBSERVE) > 2);
        store.remove(KEY);
        HeldLock held = time.advanceUntilDone(first);
        time.pass(Duration.ofMinutes(1));
        time.advanceUntilDone(inBackground(() -> {
            held.release();
            return done.incrementAndGet();
        }));
        int looks = store.count(Op.OBSERVE);
        time.advanceUntilDone(inBackground(() -> process.tryAcquire(KEY, patient)));
        assertThat(store.count(Op.OBSERVE)).isEqualTo(looks);
    }
}
