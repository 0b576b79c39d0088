package io.github.statelock.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.testkit.engine.EventConditions.event;
import static org.junit.platform.testkit.engine.EventConditions.finishedWithFailure;
import static org.junit.platform.testkit.engine.EventConditions.test;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.instanceOf;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.message;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.suppressed;

import io.github.statelock.HeldLock;
import io.github.statelock.LockLostException;
import io.github.statelock.LockOptions;
import io.github.statelock.ObservedLock;
import io.github.statelock.StateBackend;
import io.github.statelock.StateBackends;
import io.github.statelock.StateKey;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;

/** Test classes that need a lock, run by JUnit inside this test, on a folder that a second backend looks into. */
class DistributedLockTest {

    /** What the sample classes saw; they run one after the other. */
    private static final List<String> SEEN = Collections.synchronizedList(new ArrayList<>());

    private static Optional<StateBackend> onlooker = Optional.empty();

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path folder;

    @BeforeEach
    void openOnlooker() {
        SEEN.clear();
        onlooker = Optional.of(StateBackends.open(folder.toUri()));
    }

    @AfterEach
    void closeOnlooker() {
        onlooker.ifPresent(StateBackend::close);
    }

    private static StateBackend onlooker() {
        return onlooker.orElseThrow();
    }

    /** Notes who is locked now, as somebody else sees it. */
    private static void look(String moment) {
        List<String> locked = onlooker().locks().list("").stream()
                .map(lock -> lock.key().value())
                .toList();
        SEEN.add(moment + " " + locked);
    }

    private EngineExecutionResults run(Class<?> sample) {
        return EngineTestKit.engine("junit-jupiter")
                .configurationParameter(
                        DistributedLockExtension.STORE_PARAMETER, folder.toUri().toString())
                .selectors(selectClass(sample))
                .execute();
    }

    static class OnMethods {

        @BeforeEach
        void before() {
            look("before");
        }

        @AfterEach
        void after() {
            look("after");
        }

        @Test
        @DistributedLock("staging-db")
        void locked() {
            look("locked");
            ObservedLock lock =
                    onlooker().locks().inspect(StateKey.of("staging-db")).orElseThrow();
            Assertions.assertThat(lock.info().orElseThrow().operation()).isEqualTo("test");
            Assertions.assertThat(lock.info().orElseThrow().info()).contains("locked()");
        }

        @Test
        void free() {
            look("free");
        }
    }

    @Test
    void aMethodsLockSpansTheMethodWithItsBeforeAndAfter() {
        run(OnMethods.class)
                .testEvents()
                .assertStatistics(stats -> stats.started(2).succeeded(2));
        assertThat(SEEN)
                .contains("before [staging-db]", "locked [staging-db]", "after [staging-db]")
                .contains("before []", "free []", "after []");
        look("end");
        assertThat(SEEN).last().isEqualTo("end []");
    }

    @DistributedLock("staging-db")
    @DistributedLock(value = "cluster", waitUpTo = "1s", lease = "10s")
    static class OnClass {

        @BeforeAll
        static void beforeAll() {
            look("beforeAll");
        }

        @AfterAll
        static void afterAll() {
            look("afterAll");
        }

        @Test
        @DistributedLock("staging-db")
        @DistributedLock("third")
        void locksOneMore() {
            look("one more");
        }

        @Nested
        class Inner {
            @Test
            @DistributedLock("cluster")
            void inside() {
                look("inside");
            }
        }
    }

    @Test
    void aClassesLocksSpanTheClassAndAreNotTakenTwice() {
        run(OnClass.class)
                .testEvents()
                .assertStatistics(stats -> stats.started(2).succeeded(2));
        assertThat(SEEN)
                .containsExactly(
                        "beforeAll [cluster, staging-db]",
                        "one more [cluster, staging-db, third]",
                        "inside [cluster, staging-db]",
                        "afterAll [cluster, staging-db]");
        look("end");
        assertThat(SEEN).last().isEqualTo("end []");
    }

    static class Hurried {
        @Test
        @DistributedLock(value = "staging-db", waitUpTo = "300ms")
        void waitsInVain() {
            SEEN.add("ran");
        }
    }

    @Test
    void aTestThatWaitedInVainFailsNamingTheHolder() throws Exception {
        LockOptions options =
                LockOptions.builder().operation("load test").who("ann@ci-7").build();
        try (HeldLock held = onlooker().locks().acquire(StateKey.of("staging-db"), options)) {
            run(Hurried.class)
                    .testEvents()
                    .assertThatEvents()
                    .haveExactly(
                            1,
                            event(
                                    test("waitsInVain"),
                                    finishedWithFailure(
                                            instanceOf(AssertionError.class),
                                            message(m -> m.contains("Hurried.waitsInVain needs the lock \"staging-db\"")
                                                    && m.contains("300ms")
                                                    && m.contains("ann@ci-7")
                                                    && m.contains("load test")
                                                    && m.contains(held.info().id())))));
            assertThat(SEEN).isEmpty();
        }
    }

    @Test
    void aTestWaitsForAnotherProcess() throws Exception {
        Fleet fleet = new Fleet(FolderOpener.class, folder.toString(), folder, Duration.ofSeconds(5));
        try (ChildJvm other = fleet.start("staging-db", ContractProcess.Job.HOLD, 1, 1)) {
            String id = other.await("HELD").substring("HELD ".length());
            run(Hurried.class)
                    .testEvents()
                    .assertThatEvents()
                    .haveExactly(1, event(test("waitsInVain"), finishedWithFailure(message(m -> m.contains(id)))));
            other.kill();
        }
        run(OnMethods.class)
                .testEvents()
                .assertStatistics(stats -> stats.started(2).succeeded(2));
    }

    static class Robbed {
        @Test
        @DistributedLock("staging-db")
        void losesItsLock() {
            rob();
        }

        @Test
        @DistributedLock("staging-db")
        void losesItsLockAndFails() {
            rob();
            throw new IllegalStateException("thrown by the sample");
        }

        private static void rob() {
            StateKey key = StateKey.of("staging-db");
            String id = onlooker()
                    .locks()
                    .inspect(key)
                    .orElseThrow()
                    .info()
                    .orElseThrow()
                    .id();
            Assertions.assertThat(onlooker().locks().forceUnlock(key, id)).isTrue();
        }
    }

    @Test
    void aTestWhoseLockWasLostFailsAndSaysSo() {
        run(Robbed.class)
                .testEvents()
                .assertThatEvents()
                .haveExactly(
                        1,
                        event(
                                test("losesItsLock()"),
                                finishedWithFailure(
                                        instanceOf(AssertionError.class),
                                        message(m ->
                                                m.contains("\"staging-db\" was lost while Robbed.losesItsLock ran")))))
                .haveExactly(
                        1,
                        event(
                                test("losesItsLockAndFails()"),
                                finishedWithFailure(
                                        instanceOf(IllegalStateException.class),
                                        suppressed(0, instanceOf(AssertionError.class)))));
    }

    @DistributedLock("staging-db")
    static class RobbedClass {
        @Test
        void one() {
            Robbed.rob();
        }

        @Test
        void two() {
            SEEN.add("two");
        }
    }

    @Test
    void noTestOfAClassRunsOnAfterItsLockWasLost() {
        EngineExecutionResults results = run(RobbedClass.class);
        results.testEvents().assertStatistics(stats -> stats.started(2).failed(2));
        assertThat(results.allEvents().failed().stream()
                        .flatMap(e -> e.getRequiredPayload(TestExecutionResult.class).getThrowable().stream()))
                .allSatisfy(e -> assertThat(e).hasRootCauseInstanceOf(LockLostException.class));
    }

    @Test
    void withoutAStoreTheFailureSaysHowToNameOne() {
        EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(Hurried.class))
                .execute()
                .testEvents()
                .assertThatEvents()
                .haveExactly(
                        1,
                        event(finishedWithFailure(
                                message(m -> m.contains("statelock.test.store") && m.contains("STATELOCK_STORE")))));
    }

    @Test
    void durationsHaveAUnit() {
        assertThat(Durations.parse("250ms")).hasMillis(250);
        assertThat(Durations.parse(" 5 m ")).hasMinutes(5);
        assertThat(Durations.parse("1h")).hasHours(1);
        Assertions.assertThatThrownBy(() -> Durations.parse("5"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("5m");
    }
}
