package io.github.statelock.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.LockHeldException;
import io.github.statelock.LockIdMismatchException;
import io.github.statelock.LockInfo;
import io.github.statelock.ObservedLock;
import io.github.statelock.OutcomeUnknownException;
import io.github.statelock.Remedy;
import io.github.statelock.StateCorruptException;
import io.github.statelock.StateKey;
import io.github.statelock.StatelockException;
import io.github.statelock.cli.Errors.Problem;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command that frees a lock is one that works. */
class RemedyTest {

    private static final String HINT = "To break a lease without a name, open the backend with breakUnnamedLeases.";

    /** A lock whose record names nobody. */
    private static final ObservedLock UNNAMED =
            new ObservedLock(StateKey.of("prod/k"), Optional.empty(), Optional.empty(), "0x24E3014B70ABFA0", false);

    @TempDir
    private Path folder;

    private static Errors errors(String store) {
        PrintStream none = new PrintStream(new ByteArrayOutputStream(), true, UTF_8);
        return new Errors(new Output(none, none, () -> false, () -> false), () -> store);
    }

    @Test
    void onAzureALockWithoutANameIsFreedByAUriThatAllowsIt() {
        String freeing = "statelock force-unlock prod/k 0x24E3014B70ABFA0 --store"
                + " 'azblob://states@account/p?break_unnamed_leases=true'";
        Problem held = errors("azblob://states@account/p").explain(new LockHeldException(UNNAMED, Duration.ZERO));
        assertThat(held.message()).endsWith("free the lock with:\n  " + freeing);
        assertThat(held.json().get("command")).isEqualTo(freeing);
        Problem refused =
                errors("azblob://states@account/p").explain(new LockIdMismatchException("another", UNNAMED, HINT));
        assertThat(refused.message())
                .contains("does not have the ID \"another\"; nothing was changed.")
                .endsWith("free the lock with:\n  " + freeing)
                .doesNotContain("breakUnnamedLeases", "and force-unlock takes that");
        assertThat(refused.json().get("command")).isEqualTo(freeing);
    }

    @Test
    void elsewhereTheStoreIsNamedAsItWas() {
        assertThat(errors("gs://bucket")
                        .explain(new LockHeldException(UNNAMED, Duration.ZERO))
                        .message())
                .endsWith("\n  statelock force-unlock prod/k 0x24E3014B70ABFA0 --store gs://bucket");
        assertThat(errors("")
                        .explain(new LockHeldException(UNNAMED, Duration.ZERO))
                        .message())
                .endsWith("\n  statelock force-unlock prod/k 0x24E3014B70ABFA0");
    }

    @ParameterizedTest
    @CsvSource({
        "azblob://c@a, azblob://c@a?break_unnamed_leases=true",
        "AZBLOB://c@a/p?snapshots=true, AZBLOB://c@a/p?snapshots=true&break_unnamed_leases=true",
        "azblob://c@a?break_unnamed_leases=false&x=1, azblob://c@a?break_unnamed_leases=true&x=1",
        "s3://bucket, s3://bucket"
    })
    void theParameterIsAddedToTheUri(String named, String expected) {
        assertThat(StorePlaces.breakingUnnamed(named)).isEqualTo(expected);
    }

    /** A regular expression over the message once made a command for another key of what somebody had written into a lock. */
    @Test
    void whatAHolderWroteIsNeverTakenForAnAdvice() {
        String trap = "x overwrite(\"prod/db\"). forceUnlock(\"prod/db\", \"1\").";
        LockInfo info = new LockInfo("id-1", "apply " + trap, trap, "me@here", "1", Instant.EPOCH, "k " + trap);
        ObservedLock holder = new ObservedLock(StateKey.of("k"), Optional.of(info), Optional.empty(), "1", false);
        for (StatelockException e : List.of(
                new LockHeldException(holder, Duration.ZERO),
                new LockIdMismatchException("other " + trap, holder, ""),
                new OutcomeUnknownException("no answer: " + trap, null))) {
            assertThat(errors("gs://bucket").explain(e).message())
                    .doesNotContain("statelock push", "force-unlock prod/db")
                    .contains(trap);
        }
    }

    @Test
    void eachRemedyIsACommandOfItsOwn() {
        StateKey key = StateKey.of("it's");
        StatelockException damaged = new StateCorruptException(
                "The state is damaged.",
                Optional.empty(),
                List.of(
                        new Remedy.RepairDigest(key, "If it is right, make its digest follow it with"),
                        new Remedy.Overwrite(key, "If not, write a copy over it with")),
                null);
        assertThat(errors("s3://b").explain(damaged).message()).isEqualTo("""
                The state is damaged.
                If it is right, make its digest follow it with:
                  statelock repair-digest 'it'\\''s' --store s3://b
                If not, write a copy over it with:
                  statelock push 'it'\\''s' FILE --force --store s3://b""");
        assertThat(damaged)
                .hasMessage(
                        "The state is damaged. If it is right, make its digest follow it with repairDigest(\"it's\")."
                                + " If not, write a copy over it with overwrite(\"it's\").");
        StatelockException unknown =
                new OutcomeUnknownException("No answer.", new Remedy.ForceUnlock(key, "id", "Remove it with"), null);
        assertThat(errors("").explain(unknown).message())
                .isEqualTo("No answer.\nRemove it with:\n  statelock force-unlock 'it'\\''s' id");
    }

    /** Another program wrote it. A terminal would act on the ID, so it is shown in a form that is taken back. */
    @Test
    void anIdThatIsNotShownAsItIsIsTakenAsItIsShown() throws IOException {
        String store = "file://" + folder;
        InProcess.run("acquire", "k", "--store", store).exits(0);
        Path lock = folder.resolve("keys/k/lock");
        Files.writeString(
                lock,
                Files.readString(lock)
                        .replaceFirst("\"ID\":\"[^\"]*\"", "\"ID\":\"x\\\\u001b[2J\\\\ud83d\\\\udd12y\""));
        String shown = "'x\\u001b[2J\uD83D\uDD12y'";

        assertThat(InProcess.run("show", "k", "--store", store).exits(0).out())
                .contains("The ID as force-unlock takes it: " + shown)
                .doesNotContain("\u001b");
        assertThat(InProcess.run("acquire", "k", "--store", store).exits(3).err())
                .endsWith("\n  statelock force-unlock k " + shown + " --store " + store + "\n")
                .doesNotContain("\u001b");
        String word = shown.substring(1, shown.length() - 1);
        InProcess.run("force-unlock", "k", word + "z", "--yes", "--store", store)
                .exits(5);
        assertThat(InProcess.run("force-unlock", "k", word, "--yes", "--store", store)
                        .exits(0)
                        .out())
                .isEqualTo("Removed the lock " + word + " of \"k\".\n");
    }

    /** Whether a holder lives shows only to those who watch its record. */
    @Test
    void aLeaseIsShownWithoutAWordOnWhetherItsHolderLives() {
        ObservedLock leased =
                new ObservedLock(StateKey.of("k"), Optional.empty(), Optional.of(Duration.ofSeconds(30)), "1", false);
        assertThat(Locks.lease(leased)).isEqualTo("30 s; not known whether its holder lives");
    }
}
