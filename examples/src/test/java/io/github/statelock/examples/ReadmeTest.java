package io.github.statelock.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What the README quotes is compiled code. */
class ReadmeTest {

    @Test
    void theFirstExampleOfTheReadmeIsTheCompiledOne() throws Exception {
        String source = Files.readString(Path.of("src/main/java/io/github/statelock/examples/FirstExample.java"));
        String example = source.substring(
                        source.indexOf("// tag::readme[]\n") + "// tag::readme[]\n".length(),
                        source.indexOf("        // end::readme[]"))
                .stripTrailing() // its last line, if empty, would count as one without indentation
                .stripIndent();
        assertThat(Files.readString(Path.of("../README.md"))).contains(example);
    }
}
