package io.github.statelock.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;

/**
 * The twins of the safety tests: each runs on a store with one condition switched off and must fail. A safety test that passes
 * there asserts nothing.
 */
class NegativeControlsTest {

    private final Map<Class<?>, List<String>> controls =
            new TreeMap<>((a, b) -> a.getName().compareTo(b.getName()));

    NegativeControlsTest() {
        control(
                BrokenStores.CreatesUnconditionally.class,
                "oneOfManyContendersWinsAndAllOthersSeeIt",
                "holdersNeverOverlap",
                "aRefusalNamesTheHolder",
                "aRecordWithoutLeaseDataIsNeverTakenOver",
                "aGhostThatFindsAnotherHolderHarmsNobody");
        control(BrokenStores.TakesOverUnconditionally.class, "aRenewalInBetweenMakesATakeoverFail");
        control(
                BrokenStores.RenewsUnconditionally.class,
                "aRenewalThatArrivesLateTouchesNobodyElses",
                "aForcedHolderLearnsOfItWithItsNextRenewal",
                "aTokenDrawnWhileTheLockWentToSomebodyElseIsNotReturned");
        control(
                BrokenStores.RenewsUnseen.class,
                "aRenewedLockOutlivesThreeLeases",
                "aRenewalChangesTheRecordsVersionAndNothingElse",
                "aRenewalInBetweenMakesATakeoverFail",
                "aSweepRemovesDeadHoldersLocksAndNoOthers");
        control(
                BrokenStores.ReleasesUnconditionally.class,
                "releaseOfALostLockTouchesNobodyElses",
                "aReleaseThatArrivesLateTouchesNobodyElses",
                "forceUnlockWithTheRightIdFreesTheKey");
        control(
                BrokenStores.BreaksUnconditionally.class,
                "theDriverBreaksExactlyTheRecordThatWasSeen",
                "forceUnlockSparesAHolderThatCameInBetween");
        control(
                BrokenStores.ChecksNoLease.class,
                "aDeadHoldersLockIsTakenOverInTimeAndNotEarlier",
                "aRenewedLockOutlivesThreeLeases",
                "aRefusalNamesTheHolder",
                "aPausedHolderKnowsThatItsLockIsLostBeforeItIsTakenOver");
        control(
                BrokenStores.InventsLeases.class,
                "aRecordWithoutLeaseDataIsNeverTakenOver",
                "aLockWithoutLeaseIsNeverTakenOver",
                "aSweepRemovesDeadHoldersLocksAndNoOthers");
        control(BrokenStores.ConfirmsEveryToken.class, "aTokenDrawnWhileTheLockWentToSomebodyElseIsNotReturned");
        control(
                BrokenStores.DrawsOneToken.class,
                "everyLaterHolderHasALargerToken",
                "whoTakesALockOverHasALargerTokenThanTheDeadHolder",
                "holdersNeverOverlap");
        control(
                BrokenStores.WritesUnconditionally.class,
                "aWriteOnAnotherBaseIsRefusedNamingBothVersions",
                "aWriteThatSuffersAFaultIsAppliedOnce",
                "oneOfTwoWritersOfTheSameBytesIsAppliedAndTheOtherConflicts",
                "oneOfManyWritersOfTheSameBytesIsApplied",
                "whatManyWritersAndReadersSawCouldHaveHappenedInOneOrder");
        control(
                BrokenStores.DeletesUnconditionally.class,
                "aDeleteIsConditionalToo",
                "aDeleteThatSuffersAFaultIsApplied");
        control(
                BrokenStores.KnowsWritesByContent.class,
                "oneOfTwoWritersOfTheSameBytesIsAppliedAndTheOtherConflicts",
                "oneOfManyWritersOfTheSameBytesIsApplied");
        control(BrokenStores.ReadsStale.class, "whatManyWritersAndReadersSawCouldHaveHappenedInOneOrder");
        control(
                BrokenStores.ClaimsRefusedWrites.class,
                "oneOfManyWritersOfTheSameBytesIsApplied",
                "whatManyWritersAndReadersSawCouldHaveHappenedInOneOrder");
        control(
                BrokenStores.WritesUnconditionallyUnderLocks.class,
                "theWriteOfAPausedFormerHolderIsRefusedByTheStore",
                "aChangeWithoutTheLockIsNotOverwritten");
        control(
                BrokenStores.DeletesUnconditionallyUnderLocks.class,
                "theDeleteOfAPausedFormerHolderIsRefusedByTheStore");
        control(
                BrokenStores.CreatesUnconditionallyUnderLocks.class,
                "noIncrementOfManyIsLost",
                "aLockedStateIsReadWrittenAndFreed");
    }

    private void control(Class<?> brokenStore, String... safetyTests) {
        controls.put(brokenStore, List.of(safetyTests));
    }

    @TestFactory
    List<DynamicTest> everySafetyTestFailsWhereItsConditionIsOff() {
        List<DynamicTest> tests = new ArrayList<>();
        controls.forEach((store, safetyTests) -> safetyTests.forEach(test -> tests.add(
                DynamicTest.dynamicTest(store.getSimpleName() + ": " + test, () -> assertFails(store, test)))));
        return tests;
    }

    private static void assertFails(Class<?> store, String test) {
        EngineExecutionResults results = EngineTestKit.engine("junit-jupiter")
                .selectors(selectMethod(store, test))
                .execute();
        assertThat(results.testEvents().started().count()).as("tests run").isEqualTo(1);
        assertThat(results.testEvents().failed().count())
                .as(test + " on a store that " + store.getSimpleName())
                .isEqualTo(1);
    }
}
