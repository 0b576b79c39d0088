package io.github.statelock.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.StateBackend;
import io.github.statelock.cli.BrokenBackend.Defect;
import io.github.statelock.local.MemoryBackend;
import io.github.statelock.spi.Inspectable.Finding;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The doctor on stores with one thing wrong each: it must find that, and only that. */
@Tag("real-time")
class DoctorTest {

    private final String name = "doctor-" + UUID.randomUUID();

    private Cli.Result examine(Defect defect, String... more) {
        return InProcess.run(Texts.concat(
                new String[] {"doctor", "--store", "broken:" + name + "?" + defect, "--prefix", "probe/"}, more));
    }

    private boolean nothingIsLeft() {
        try (StateBackend store = MemoryBackend.open(name)) {
            return store.states().list("").isEmpty() && store.locks().list("").isEmpty();
        }
    }

    @Test
    void aSoundStoreIsHealthyAndNothingIsLeftInIt() {
        Cli.Result result = examine(Defect.NONE).exits(0);
        assertThat(result.out().lines().toList())
                .hasSize(14)
                .allSatisfy(line -> assertThat(line).matches("ok   [a-z ]{20} – .+|Healthy\\."));
        assertThat(result.err()).isEmpty();
        assertThat(nothingIsLeft()).isTrue();
    }

    @Test
    void aFindingOfSeveralLinesIsShownOnOne() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream stream = new PrintStream(out, true, UTF_8);
        new DoctorReport(new Output(stream, stream, () -> false, () -> false))
                .add(Finding.fail("acquire", "held by somebody else.\nLock Info:\n  ID: 1"));
        assertThat(out.toString(UTF_8))
                .isEqualTo("FAIL acquire              – held by somebody else. Lock Info: ID: 1\n");
    }

    @ParameterizedTest
    @CsvSource({
        "CREATES_OVER_ANYTHING, create",
        "REPLACES_ANYTHING, replace",
        "DELETES_ANYTHING, delete",
        "GIVES_LOCKS_TWICE, exclusion",
        "DENIES_LOCKS, acquire",
        "NEVER_RENEWS, renew",
        "RELEASES_ANYTHING, former holder",
        "HAS_BAD_SETTINGS, global table",
    })
    void whatIsWrongFailsItsCheckAndNothingIsLeft(Defect defect, String check) {
        Cli.Result result = examine(defect).exits(1);
        assertThat(result.out()).containsPattern("(?m)^FAIL " + check + " +– ");
        assertThat(result.out()).containsPattern("(?m)^[0-9] of 1[0-9] checks failed\\.$");
        assertThat(result.out()).containsPattern("(?m)^ok   clean up ");
        assertThat(nothingIsLeft()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "KEEPS_NO_HISTORY, history, does not keep old versions",
        "CLOCK_IS_BEHIND, clock, (1h59m|2h00m) behind",
        "KEEPS_OLD_VERSIONS, clean up, left behind: the version 1: needs the permission purge",
    })
    void whatIsNotAsGoodAsItCouldBeIsAWarning(Defect defect, String check, String detail) {
        Cli.Result result = examine(defect).exits(0);
        assertThat(result.out())
                .containsPattern("(?m)^warn " + check + " +– .*" + detail)
                .contains("Healthy, with 1 to look at.")
                .doesNotContain("FAIL");
        assertThat(nothingIsLeft()).isTrue();
    }

    @Test
    void aSettingThatMayNotBeReadIsNoFailureByItself() {
        assertThat(examine(Defect.HAS_BAD_SETTINGS).out())
                .containsPattern("(?m)^skip retention +– not checked: needs the permission look$");
    }

    @Test
    void whatCannotBeRemovedIsNamed() {
        Cli.Result result = examine(Defect.DENIES_RELEASE).exits(1);
        assertThat(result.out())
                .containsPattern("(?m)^FAIL release +– The policy must allow deletes")
                .containsPattern("(?m)^FAIL clean up +– left behind: the lock [0-9a-f-]{36} of \"probe/");
    }

    @Test
    void aStoreThatStopsAnsweringIsNotAskedOnAndOn() {
        Cli.Result result = examine(Defect.STOPS_ANSWERING).exits(1);
        assertThat(result.out())
                .containsPattern("(?m)^FAIL acquire +– No answer")
                .containsPattern("(?m)^skip former holder +– not checked: the store does not answer any more");
        assertThat(nothingIsLeft()).isTrue();
    }

    @Test
    void aStoreThatDeniesTheFirstRequestOrDoesNotServeItIsAnErrorOfItsOwn() {
        assertThat(examine(Defect.DENIES_EVERYTHING).exits(6).err()).contains("The policy must allow reads.");
        assertThat(examine(Defect.IS_UNREACHABLE).exits(7).err()).contains("No route.");
    }

    @Test
    void withJsonThereIsOneObjectWithAllChecks() {
        assertThat(examine(Defect.NONE, "--json").exits(0).out())
                .startsWith("{\"checks\":[{\"name\":\"read\",\"status\":\"ok\",\"detail\":\"")
                .endsWith("\"healthy\":true}\n");
        assertThat(examine(Defect.HAS_BAD_SETTINGS, "--json").exits(1).out())
                .contains("{\"name\":\"retention\",\"status\":\"skip\",\"detail\":\"not checked: ")
                .contains("{\"name\":\"global table\",\"status\":\"fail\",\"detail\":\"two regions\"}")
                .endsWith("\"healthy\":false}\n");
    }

    @Test
    void whereNothingCanBeWrittenNothingIsSaidToBeLeftAndWhatNeedsAStateIsNotJudged() {
        Cli.Result result = examine(Defect.DENIES_WRITES).exits(1);
        assertThat(result.out())
                .containsPattern("(?m)^FAIL create +– The policy must allow writes")
                .containsPattern("(?m)^skip history +– not checked: nothing could be written$")
                .containsPattern("(?m)^skip clock +– not checked: nothing could be written$")
                .containsPattern("(?m)^FAIL acquire +– The policy must allow locks")
                .containsPattern("(?m)^ok   clean up +– nothing was written$")
                .doesNotContain("left behind");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nowhere:x",
                "/no/scheme",
                "file:relative",
                "s3://bucket?regoin=eu-central-1",
                "s3://bucket#x",
                "gs:bucket",
                "azblob:container",
                "azblob://c@a?snapshots=perhaps"
            })
    void aUriThatIsNotUnderstoodIsAWrongArgument(String store) {
        Cli.Result result = InProcess.run("doctor", "--store", store).exits(2);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).startsWith("statelock: ");
    }

    @Test
    void aPrefixThatNoKeyCanHaveIsAWrongArgument() {
        InProcess.run("doctor", "--store", "sound:" + name, "--prefix", "../").exits(2);
    }
}
