package io.github.statelock.cli.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.cli.Cli;
import io.github.statelock.cli.Cli.Result;
import io.github.statelock.testkit.TestServers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The real tools make a state in their default workspace and one in another, {@code statelock migrate --terraform} copies both to
 * each of the other kinds of stores, and with the backend block that it printed the tools find nothing to change.
 */
@Tag("interop")
final class MigratedPlansIT {

    private static final Pattern BLOCK = Pattern.compile("(?s)terraform \\{.*?\\n}");

    @TempDir
    Path folder;

    /** The kinds of stores. Terraform's {@code azurerm} is left out: the emulator refuses the signature of its listings. */
    enum Kind {
        S3,
        AZURERM,
        GCS,
        HTTP,
        LOCAL;

        boolean serves(Tool tool) {
            return tool == Tool.OPENTOFU || this != AZURERM;
        }

        SharedStore open(Path folder) throws Exception {
            Files.createDirectories(folder);
            return switch (this) {
                case S3 -> S3Store.withTable();
                case AZURERM -> new AzureStore(folder);
                case GCS -> new GcsStore(TestServers.gcs());
                case HTTP -> new HttpStore(folder);
                case LOCAL -> new LocalStore(folder);
            };
        }
    }

    static Stream<Arguments> toolsAndSources() {
        return Stream.of(Tool.values())
                .flatMap(tool -> Stream.of(Kind.values())
                        .filter(kind -> kind.serves(tool))
                        .map(kind -> Arguments.of(tool, kind)));
    }

    @ParameterizedTest
    @MethodSource("toolsAndSources")
    void nothingIsToBeChangedAfterAMigrationToEachOtherKindOfStore(Tool tool, Kind from) throws Exception {
        Path program = tool.program();
        try (SharedStore source = from.open(folder.resolve("source"))) {
            make(program, source);
            for (Kind to : Kind.values()) {
                if (to != from && to.serves(tool)) {
                    Path here = folder.resolve("to-" + to);
                    try (SharedStore target = to.open(here)) {
                        check(program, source, target, here);
                    }
                }
            }
        }
    }

    private void make(Path program, SharedStore source) throws IOException {
        Tofu first = Tofu.in(program, folder.resolve("default"), source.environment());
        first.write(Tofu.block(source.backend(), source.arguments()));
        first.run("init").exits(0);
        first.apply("default").exits(0);
        if (source instanceof HttpStore http) {
            Tofu other = Tofu.in(program, folder.resolve("dev"), source.environment());
            other.write(Tofu.block("http", http.arguments("env:/dev/" + http.key())));
            other.run("init").exits(0);
            other.apply("dev").exits(0);
        } else {
            first.run("workspace", "new", "dev").exits(0);
            first.apply("dev").exits(0);
        }
    }

    private void check(Path program, SharedStore source, SharedStore target, Path here) throws IOException {
        Cli cli = Cli.bare();
        for (SharedStore store : List.of(source, target)) {
            for (Map.Entry<String, String> variable : store.environment().entrySet()) {
                cli = cli.with(variable.getKey(), variable.getValue());
            }
        }
        Result migrated = cli.run(
                        "migrate", "--from", source.uri(), "--to", target.uri(), "--all", "--terraform", "--wait", "1m")
                .exits(0);
        Transcript.of(source, "statelock migrate --terraform, to " + target.backend(), migrated);
        assertThat(migrated.out()).startsWith("States: 2. 2 copied, 0 already there, 0 failed.\n");
        List<String> blocks = blocks(migrated.out());
        assertThat(blocks).hasSize(target instanceof HttpStore ? 2 : 1);
        for (String block : blocks) {
            Tofu tofu = Tofu.in(program, here.resolve("plan-" + blocks.indexOf(block)), target.environment());
            tofu.write(
                    target instanceof HttpStore http ? block.replace("http://127.0.0.1:8080", http.address()) : block);
            init(tofu, target);
            if (target instanceof HttpStore) {
                unchanged(tofu, block.contains("env:/dev/") ? "dev" : "default");
            } else {
                unchanged(tofu, "default");
                tofu.run("workspace", "select", "dev").exits(0);
                unchanged(tofu, "dev");
            }
        }
        assertThat(cli.run("locks", "--store", target.uri()).exits(0).out()).isEmpty();
    }

    private static List<String> blocks(String out) {
        List<String> blocks = new ArrayList<>();
        Matcher block = BLOCK.matcher(out);
        while (block.find()) {
            blocks.add(block.group() + "\n");
        }
        return blocks;
    }

    /** With what the servers of the tests need besides: their addresses are no business of a printed block's. */
    private static void init(Tofu tofu, SharedStore target) {
        Map<String, String> more = new LinkedHashMap<>();
        if (target instanceof S3Store) {
            for (String check : List.of("credentials_validation", "region_validation", "requesting_account_id")) {
                more.put("skip_" + check, "true");
            }
            more.put("skip_metadata_api_check", "true");
        }
        List<String> command = new ArrayList<>(List.of("init", "-reconfigure"));
        more.forEach((name, value) -> command.add("-backend-config=" + name + "=" + value));
        tofu.run(command.toArray(new String[0])).exits(0);
    }

    private static void unchanged(Tofu tofu, String marker) {
        tofu.with("marker", marker).run("plan", "-detailed-exitcode").exits(0);
        tofu.with("marker", "other").run("plan", "-detailed-exitcode").exits(2);
    }
}
