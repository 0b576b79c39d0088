package io.github.statelock.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the README and the backends' pages quote is compiled code. */
class ReadmeTest {

    private static final Pattern TAGGED = Pattern.compile("(?s) *// tag::(\\w+)\\[]\n(.*?) *// end::\\1\\[]\n");

    /** A tagged part of an example. */
    private record Snippet(String example, String tag, String code) {
        @Override
        public String toString() {
            return example + ", " + tag;
        }
    }

    private static Stream<Snippet> snippets() {
        Path examples = Path.of("src/main/java/io/github/statelock/examples");
        return Stream.of(examples, examples.resolve("backend"))
                .flatMap(folder -> files(folder).stream())
                .flatMap(ReadmeTest::snippetsOf);
    }

    private static Stream<Snippet> snippetsOf(Path source) {
        String example = source.getFileName().toString();
        return TAGGED.matcher(read(source)).results().map(found -> snippet(example, found));
    }

    private static Snippet snippet(String example, MatchResult found) {
        // Its last line, if empty, would count as one without indentation.
        return new Snippet(
                example, found.group(1), found.group(2).stripTrailing().stripIndent());
    }

    @ParameterizedTest
    @MethodSource("snippets")
    void aTaggedSnippetIsInTheDocsAsItIs(Snippet snippet) throws Exception {
        String docs = snippet.tag().equals("readme")
                ? read(Path.of("../README.md"))
                : Stream.concat(files(Path.of("../docs")).stream(), files(Path.of("../docs/backends")).stream())
                        .map(ReadmeTest::read)
                        .collect(Collectors.joining());
        assertThat(docs).contains("```java\n" + snippet.code() + "\n```");
    }

    @Test
    void theReadmeAndEveryCloudQuoteAnExample() throws Exception {
        assertThat(snippets().map(Snippet::example))
                .contains(
                        "Deploy.java",
                        "S3Example.java",
                        "AzureExample.java",
                        "GoogleCloudStorageExample.java",
                        "ObjectLocks.java");
    }

    private static List<Path> files(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
