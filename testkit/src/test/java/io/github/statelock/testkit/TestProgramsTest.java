package io.github.statelock.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;

@Tag("real-time")
class TestProgramsTest {

    private static Path notThere() {
        throw new ServerNotInstalledException("Install Go.");
    }

    @Test
    void aProgramThatIsMissingAbortsAndSaysWhatToInstall() {
        assertThatThrownBy(() -> TestPrograms.orAborted("OpenTofu", TestProgramsTest::notThere, Map.of()))
                .isInstanceOf(TestAbortedException.class)
                .hasMessage("No OpenTofu to test with. Install Go.");
    }

    @Test
    void aProgramThatIsMissingFailsInCi() {
        assertThatThrownBy(() -> TestPrograms.orAborted("OpenTofu", TestProgramsTest::notThere, Map.of("CI", "true")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Install Go.");
    }

    @Test
    void theFolderOfAModuleIsFoundInWhatGoPrints() {
        assertThat(ServerInstall.moduleFolder("go: downloading x\n{\n\t\"Path\": \"x\",\n\t\"Dir\": \"/go/x@v1\",\n}"))
                .isEqualTo("/go/x@v1");
        assertThat(ServerInstall.moduleFolder("{\"Dir\": \"C:\\\\go\\\\x@v1\"\n}"))
                .isEqualTo("C:\\go\\x@v1");
        assertThatThrownBy(() -> ServerInstall.moduleFolder("{\"Error\": \"offline\"}"))
                .isInstanceOf(ServerNotInstalledException.class)
                .hasMessageContaining("offline")
                .hasMessageContaining("Go 1.26");
    }
}
