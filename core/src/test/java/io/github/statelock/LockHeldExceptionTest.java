package io.github.statelock;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LockHeldExceptionTest {

    private static final StateKey KEY = StateKey.of("prod/network.tfstate");
    private static final LockInfo INFO = new LockInfo(
            "9f1c2a34-0000-4000-8000-000000000000",
            "apply",
            "release 42",
            "anna@build-7",
            "1.9.0",
            Instant.parse("2026-11-20T14:00:00.123456789Z"),
            "bucket/prod/network.tfstate");
    private static final Duration LEASE = Duration.ofSeconds(30);

    @Test
    void theMessageReadsLikeTerraforms() {
        String message = message(held(Optional.of(INFO), Optional.of(LEASE), false), Duration.ofSeconds(3));
        assertThat(message).startsWith("""
                        Error acquiring the state lock: "prod/network.tfstate" is held by somebody else.
                        Lock Info:
                          ID:        9f1c2a34-0000-4000-8000-000000000000
                          Path:      bucket/prod/network.tfstate
                          Operation: apply
                          Who:       anna@build-7
                          Version:   1.9.0
                          Created:   2026-11-20T14:00:00.123456789Z
                          Info:      release 42
                        """);
        assertThat(message).contains("forceUnlock(\"prod/network.tfstate\", \"9f1c2a34-0000-4000-8000-000000000000\")");
    }

    @Test
    void aHolderThatWasWatchedForAShortTimeMayBeAlive() {
        ObservedLock held = held(Optional.of(INFO), Optional.of(LEASE), false);
        LockHeldException e = new LockHeldException(held, Duration.ofSeconds(14));
        assertThat(message(e))
                .contains("Its lease is 30 s", "has not watched it for long enough to tell whether the holder is alive")
                .doesNotContain("may be dead", "watched: the holder is alive");
        assertThat(e.seenAlive()).isFalse();
    }

    @Test
    void aHolderThatWasSeenToRenewIsAlive() {
        ObservedLock held = held(Optional.of(INFO), Optional.of(LEASE), false);
        LockHeldException e = new LockHeldException(held, Duration.ofSeconds(14), true);
        assertThat(message(e))
                .contains(
                        "renewed while this process watched: the holder is alive.\nWait for it, or stop it where it runs")
                .doesNotContain("dead", "forceUnlock");
        assertThat(e.seenAlive()).isTrue();
    }

    /** A holder that was seen alive may have died since. */
    @Test
    void aHolderThatWasSeenToRenewAndStoppedMayBeDead() {
        ObservedLock held = held(Optional.of(INFO), Optional.of(LEASE), false);
        assertThat(message(new LockHeldException(held, Duration.ofSeconds(15), true)))
                .contains("may be dead", "forceUnlock")
                .doesNotContain("alive");
    }

    @Test
    void aHolderThatStoppedRenewingMayBeDead() {
        assertThat(message(held(Optional.of(INFO), Optional.of(LEASE), false), Duration.ofSeconds(15)))
                .contains("not been renewed for at least 15 s", "may be dead", "takes the lock over")
                .doesNotContain("alive");
    }

    @Test
    void aLockWithoutLeaseIsHeldWhetherOrNotItsHolderLives() {
        assertThat(message(held(Optional.of(INFO), Optional.empty(), false), Duration.ofHours(9)))
                .contains("has no lease")
                .doesNotContain("takes the lock over");
    }

    @Test
    void whatTheStoreKnowsToBeExpiredIsSaid() {
        assertThat(message(held(Optional.of(INFO), Optional.of(LEASE), true), Duration.ZERO))
                .contains("this holder's lease has ended")
                .doesNotContain("alive");
    }

    @Test
    void anUnreadableRecordIsNamedByItsVersion() {
        assertThat(message(held(Optional.empty(), Optional.empty(), false), Duration.ZERO))
                .contains("record is unreadable; its version is \"etag\"-1.")
                .contains("forceUnlock(\"prod/network.tfstate\", \"\"etag\"-1\")")
                .doesNotContain("Lock Info");
    }

    @Test
    void aHostileRecordCannotSpeakToTheTerminal() {
        String hostile =
                "x\u001b[2J\u001b]0;title\u0007\r\n  ID:        fake\u2028y\u202eevil\u2066\u200f\ud800z\u009b1m";
        LockInfo info = new LockInfo(hostile, hostile, hostile, hostile, hostile, Instant.EPOCH, hostile);
        ObservedLock held = new ObservedLock(KEY, Optional.of(info), Optional.empty(), hostile, false);
        assertHarmless(message(held, Duration.ZERO), 11);
        assertHarmless(message(held(Optional.empty(), Optional.empty(), false, hostile), Duration.ZERO), 4);
        assertHarmless(message(new LockIdMismatchException(hostile, held, "")), 9);
        assertHarmless(message(new LockLostException(KEY, "id", hostile)), 1);
    }

    @Test
    void aHugeRecordIsCut() {
        LockInfo info = new LockInfo("id", "", "x".repeat(1_000_000), "", "", Instant.EPOCH, "");
        ObservedLock held = new ObservedLock(KEY, Optional.of(info), Optional.empty(), "v", false);
        assertThat(message(held, Duration.ZERO)).hasSizeLessThan(2000).contains("\u2026");
    }

    @Test
    void itCarriesTheHolderAndSinceWhenItIsUnchanged() {
        ObservedLock held = held(Optional.of(INFO), Optional.of(LEASE), false);
        LockHeldException e = new LockHeldException(held, Duration.ofSeconds(3));
        assertThat(e.holder()).isSameAs(held);
        assertThat(e.unchangedFor()).isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void aRecordThatNobodyCouldReadIsNotOfferedForAForceUnlock() {
        ObservedLock unread = new ObservedLock(KEY, Optional.empty(), Optional.empty(), "", false);
        assertThat(message(unread, Duration.ZERO)).contains("could not be read").doesNotContain("forceUnlock");
    }

    private static void assertHarmless(String message, int lines) {
        assertThat(message.codePoints().filter(c -> c != '\n')).noneMatch(LockHeldExceptionTest::isUnsafe);
        assertThat(message.lines()).hasSize(lines);
        assertThat(message.lines()).noneMatch(line -> line.equals("  ID:        fake"));
    }

    private static boolean isUnsafe(int c) {
        int type = Character.getType(c);
        return type == Character.CONTROL
                || type == Character.FORMAT
                || type == Character.SURROGATE
                || type == Character.LINE_SEPARATOR
                || type == Character.PARAGRAPH_SEPARATOR;
    }

    private static String message(ObservedLock held, Duration unchangedFor) {
        return message(new LockHeldException(held, unchangedFor));
    }

    private static String message(StatelockException e) {
        return String.valueOf(e.getMessage());
    }

    private static ObservedLock held(Optional<LockInfo> info, Optional<Duration> lease, boolean expired) {
        return new ObservedLock(KEY, info, lease, "\"etag\"-1", expired);
    }

    private static ObservedLock held(
            Optional<LockInfo> info, Optional<Duration> lease, boolean expired, String version) {
        return new ObservedLock(KEY, info, lease, version, expired);
    }
}
