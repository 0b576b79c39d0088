package io.github.statelock.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Wrong arguments, stores that cannot be opened or reached, help, and what the build puts beside the jar. */
class UsageIT {

    private static final List<String> COMMANDS = List.of(
            "lock",
            "acquire",
            "unlock",
            "force-unlock",
            "show",
            "ls",
            "locks",
            "pull",
            "push",
            "history",
            "rollback",
            "rm",
            "sweep",
            "repair-digest",
            "serve",
            "migrate",
            "doctor",
            "completion");

    @TempDir
    private Path folder;

    private static void assertUsage(Cli.Result result, String... parts) {
        assertThat(result.exits(2).out()).isEmpty();
        assertThat(result.err()).startsWith("statelock: ").contains(parts).doesNotContain("\tat ");
    }

    @Test
    void wrongArgumentsAreNamedWithTheHelpThatTellsMore() {
        Cli cli = Cli.on(folder.toUri().toString());
        assertUsage(cli.run("lokc", "k"), "Unknown command 'lokc'. Did you mean ", "lock");
        assertUsage(cli.run("frobnicate"), "Unknown command 'frobnicate'", "Try 'statelock --help'.");
        assertUsage(cli.run("show", "k", "more"), "more", "Try 'statelock show --help'.");
        assertUsage(cli.run("lock", "k"), "CMD", "Try 'statelock lock --help'.");
        assertUsage(cli.run("lock", "k", "--wait", "soon", "--", "true"), "'soon' is not a time such as");
        assertUsage(cli.run("lock", "k", "--lease", "30s", "--no-lease", "--", "true"), "mutually exclusive");
        assertUsage(cli.run("show", "../etc"), "Invalid state key", "segment ..");
        assertUsage(cli.run("show"), "KEY");
        assertUsage(
                cli.run("lock", "k", "--lease", "1s", "--", "true"),
                "--lease is outside what this store keeps: from 5s to 24h00m.");
        Cli.Result json = cli.run("show", "--nothing", "--json").exits(2);
        assertThat(json.err()).startsWith("{\"error\":{\"kind\":\"usage\",\"exitCode\":2,");
    }

    /** As git does it: a script whose variable is empty does not go on as if its command was done. */
    @Test
    void withoutACommandTheCommandsAreShown() {
        Cli.Result bare = Cli.bare().run().exits(2);
        assertThat(bare.out()).isEmpty();
        assertThat(bare.err()).isEqualTo(Cli.bare().run("--help").exits(0).out());
        assertThat(Cli.bare().run("--json").exits(2).err())
                .startsWith("{\"error\":{\"kind\":\"usage\",\"exitCode\":2,\"message\":\"There is no command.")
                .hasLineCount(1);
    }

    @Test
    void aStoreThatCannotBeOpenedIsAWrongArgument() {
        assertUsage(Cli.bare().run("ls"), "No store is named: use --store URI, or set STATELOCK_STORE.");
        assertUsage(Cli.on("ftp://host/x").run("ls"), "No backend", "ftp");
        assertUsage(Cli.on("a b").run("ls"), "STATELOCK_STORE is not a URI");
        assertUsage(Cli.bare().run("ls", "--store", "a b"), "--store");
        assertUsage(Cli.on(folder.toUri() + "?lease=1").run("ls"), "unknown parameter lease");
        assertUsage(
                Cli.on("s3://bucket/prefix").with("AWS_REGION", "").run("ls"),
                "No AWS region is named: set AWS_REGION");
    }

    @Test
    void whatMayBeASecretInAStoresUriIsNotRepeated() {
        for (String store : List.of(
                "s3://b/p?access_key=x&secret_key=SEKRET",
                "azblob://c@a/p?sas_token=SEKRET",
                "azblob://c:SEKRET@acc/p?x=1",
                "gs://user:SEKRET@b/p",
                "ftp://user:SEKRET@host/x",
                "s3://user:SEKRET x@b",
                "s3://b?key=SEK RET&x=SEKRET")) {
            for (Cli.Result result : List.of(
                    Cli.on(store).run("ls"),
                    Cli.bare().run("ls", "--store", store),
                    Cli.bare().run("migrate", "--from", store, "--to", "mem:x", "--all"))) {
                assertThat(result.exits(2).err())
                        .as(store)
                        .doesNotContain("SEKRET")
                        .doesNotContain("SEK RET");
            }
        }
    }

    @Test
    void whatOnlyLooksOrRemovesDoesNotMakeTheFolder() {
        Path missing = folder.resolve("typo");
        Cli cli = Cli.on(missing.toUri().toString());
        String[][] commands = {
            {"show", "k"},
            {"ls"},
            {"locks"},
            {"pull", "k"},
            {"history", "k"},
            {"doctor"},
            {"unlock", "k", "id"},
            {"force-unlock", "k", "id", "--yes"},
            {"rm", "k"},
            {"sweep"},
            {"rollback", "k", "v"}
        };
        for (String[] command : commands) {
            assertUsage(cli.run(command), "There is no folder " + missing + ".");
        }
        assertThat(folder).isEmptyDirectory();
        cli.run("lock", "k", "--", "true").exits(0);
        assertThat(cli.run("ls").exits(0).out()).isEmpty();
    }

    @Test
    void theMemoryOfAProcessThatEndsIsNoStore() {
        String[][] commands = {
            {"acquire", "k", "--store", "mem:x"},
            {"lock", "k", "--store", "mem:x", "--", "true"},
            {"show", "k", "--store", "mem:x"},
            {"migrate", "--from", folder.toUri().toString(), "--to", "mem:x", "--all"}
        };
        for (String[] command : commands) {
            assertUsage(Cli.bare().run(command), "mem: is the memory of one process");
        }
    }

    /** As another key it would be another lock than in a locale that can read it: two commands would not exclude each other. */
    @Test
    void anArgumentThatTheLocaleCannotReadIsRefused() {
        assertUsage(runInLocale("C", "acquire \"$gr\""), "cannot be read in this locale", "Set LC_ALL=C.UTF-8");
        assertUsage(runInLocale("C", "lock k -- echo \"$gr\""), "cannot be read in this locale");
        assertUsage(runInLocale("C", "ls --store \"file:///$gr\""), "cannot be read in this locale");
        assertUsage(
                runInLocale("C", "ls", "STATELOCK_STORE=\"file:///$gr\""),
                "STATELOCK_STORE",
                "cannot be read in this locale");
        assertThat(folder).isEmptyDirectory();
        runInLocale("C.UTF-8", "acquire \"$gr\"").exits(0);
        assertThat(runInLocale("C", "locks").exits(0).out()).startsWith("gr\u00F6\u00DFe ");
    }

    /** By a shell, which passes bytes on as they are: the test's own Java may run in such a locale too. */
    private Cli.Result runInLocale(String locale, String args, String... environment) {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        String line = "gr=$(printf 'gr\\303\\266\\303\\237e'); " + String.join(" ", environment) + " exec " + java
                + " -jar " + Cli.jar() + " " + args;
        Map<String, String> variables = Map.of("STATELOCK_STORE", folder.toUri().toString(), "LC_ALL", locale);
        try (Cli.Running running = new Cli.Running(List.of("sh", "-c", line), variables, new byte[0])) {
            return running.result();
        }
    }

    @Test
    void theStoreIsTakenBeforeTheCommandAndAfterIt() {
        String store = folder.toUri().toString();
        Cli.bare().run("--store", store, "acquire", "before").exits(0);
        Cli.bare().run("acquire", "after", "--store", store).exits(0);
        assertThat(Cli.on(store).run("locks", "--json").exits(0).out()).contains("before", "after");
        assertThat(Cli.on(store).run("--json", "ls").exits(0).out()).isEqualTo("{\"states\":[],\"skipped\":[]}\n");
    }

    @Test
    void aStoreThatIsNotThereIsUnreachableAndNothingHangs() {
        Cli cli = Cli.on("s3://bucket/prefix?region=us-east-1&dynamodb_table=locks&call_timeout=2s"
                        + "&endpoint=http://127.0.0.1:9&dynamodb_endpoint=http://127.0.0.1:9")
                .with("AWS_ACCESS_KEY_ID", "test")
                .with("AWS_SECRET_ACCESS_KEY", "test");
        Cli.Result lock = cli.run("lock", "k", "--", "true").exits(7);
        assertThat(lock.err()).contains("127.0.0.1:9").doesNotContain("\tat ");
        assertThat(cli.run("show", "k", "--json").exits(7).err()).startsWith("{\"error\":{\"kind\":\"unreachable\"");
    }

    @Test
    void noClassOfACloudsSdkIsLoadedForAFolder() {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        List<String> command = List.of(
                java.toString(),
                "-Xlog:class+load",
                "-jar",
                Cli.jar().toString(),
                "show",
                "none",
                "--store",
                folder.toUri() + "");
        try (Cli.Running running = new Cli.Running(command, Map.of(), new byte[0])) {
            assertThat(running.result().exits(1).out())
                    .contains("io.github.statelock.local.FileBackend ")
                    .doesNotContain("software.amazon.awssdk.", " com.azure.", " com.google.");
        }
    }

    @Test
    void everyCommandHasHelpWithAnExample() {
        assertThat(Cli.bare().run("--help").exits(0).out()).contains(COMMANDS).contains("Exit codes:", "Examples:");
        for (String command : COMMANDS) {
            assertThat(Cli.bare().run(command, "--help").exits(0).out())
                    .contains("Usage: statelock " + command, "Examples:");
        }
        assertThat(Cli.bare().run("--version").exits(0).out()).startsWith("statelock ");
    }

    /** {@code -Xshare:on} lets Java end where it cannot use the archive. */
    @Test
    void theArchiveOfClassesIsUsedAndOneThatDoesNotFitIsIgnored() throws Exception {
        Cli archiveOrNothing = Cli.bare().withOption("-Xshare:on");
        archiveOrNothing.run("--version").exits(0);
        for (String file : List.of("statelock", "statelock.jar", "statelock.jsa")) {
            Files.copy(Cli.launcher().resolveSibling(file), folder.resolve(file), StandardCopyOption.COPY_ATTRIBUTES);
        }
        Cli moved = Cli.at(folder.resolve("statelock"));
        moved.run("--version").exits(0);
        moved.withOption("-Xshare:on").run("--version").exits(1);
    }

    @Test
    void theCompletionScriptRunsAndCompletesCommandsAndOptions() {
        Path script = Cli.jar().resolveSibling("completion/statelock.bash");
        try (Cli.Running bash = new Cli.Running(
                List.of(
                        "bash",
                        "-c",
                        "source " + script
                                + "; COMP_WORDS=(statelock lo); COMP_CWORD=1; _complete_statelock; echo ${COMPREPLY[@]};"
                                + " COMP_WORDS=(statelock lock --on); COMP_CWORD=2; _complete_statelock; echo ${COMPREPLY[@]}"),
                Map.of(),
                new byte[0])) {
            assertThat(bash.result().exits(0).out()).isEqualTo("lock locks\n--on-lost\n");
        }
    }

    @Test
    void everyCommandHasAPageInTheManual() throws Exception {
        Path pages = Cli.jar().resolveSibling("man");
        for (String command : COMMANDS) {
            assertThat(Files.readString(pages.resolve("statelock-" + command + ".1")))
                    .contains(".TH ", ".SH \"SYNOPSIS\"", ".SH \"EXAMPLES");
        }
        assertThat(Files.readString(pages.resolve("statelock.1"))).contains(".SH \"EXIT CODES");
        try (Stream<Path> all = Files.list(pages)) {
            assertThat(all).hasSizeGreaterThan(COMMANDS.size());
        }
    }
}
