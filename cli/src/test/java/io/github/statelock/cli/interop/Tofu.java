package io.github.statelock.cli.interop;

import io.github.statelock.cli.Cli;
import io.github.statelock.testkit.TestPrograms;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A working folder of the real OpenTofu, or of Terraform, with one resource of a provider that is built in. */
final class Tofu {

    /** The resource is made anew for every marker, and runs a command while it is made, under the lock. */
    private static final String RESOURCE = """
            variable "marker" {
              type = string
            }
            variable "command" {
              type    = string
              default = "true"
            }
            resource "terraform_data" "step" {
              input            = var.marker
              triggers_replace = var.marker
              provisioner "local-exec" {
                command = var.command
              }
            }
            output "marker" {
              value = terraform_data.step.output
            }
            """;

    private static final Pattern VERSION = Pattern.compile("\"terraform_version\": ?\"([^\"-]+)");

    private final Path program;
    private final Path folder;
    private final Map<String, String> environment;

    private Tofu(Path program, Path folder, Map<String, String> environment) {
        this.program = program;
        this.folder = folder;
        this.environment = environment;
    }

    /** A folder whose backend is configured and initialized. */
    static Tofu in(Path folder, SharedStore store, String moreConfiguration) throws IOException {
        return in(TestPrograms.openTofu(), folder, store, moreConfiguration);
    }

    /** As {@link #in(Path, SharedStore, String)}, for a program. */
    static Tofu in(Path program, Path folder, SharedStore store, String moreConfiguration) throws IOException {
        Tofu tofu = in(program, folder, store.environment());
        tofu.write(block(store.backend(), store.arguments()) + moreConfiguration);
        tofu.run("init").exits(0);
        return tofu;
    }

    /** A folder of a program without a configuration. */
    static Tofu in(Path program, Path folder, Map<String, String> more) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("empty.tfrc"), "");
        Map<String, String> environment = new LinkedHashMap<>(Map.of(
                "TF_CLI_CONFIG_FILE", folder.resolve("empty.tfrc").toString(),
                "TF_IN_AUTOMATION", "1",
                "TF_INPUT", "0",
                "TF_DATA_DIR", folder.resolve("data").toString(),
                "CHECKPOINT_DISABLE", "1",
                "TF_VAR_marker", "none"));
        environment.putAll(more);
        return new Tofu(program, folder, environment);
    }

    static String block(String backend, Map<String, Object> arguments) {
        return """
                terraform {
                  backend "%s" {
                    %s
                  }
                }
                """.formatted(backend, Hcl.arguments(arguments));
    }

    /** Configures the resource, and what comes before it. */
    void write(String configuration) throws IOException {
        Files.writeString(folder.resolve("main.tf"), configuration + RESOURCE);
    }

    /** Terraform's command, where there is one on the path. */
    static Optional<Path> terraform() {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
                .map(part -> Path.of(part, "terraform"))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** As it names itself in a lock. */
    String version() {
        Matcher version = VERSION.matcher(run("version", "-json").exits(0).out());
        if (!version.find()) {
            throw new IllegalStateException("no version");
        }
        return version.group(1);
    }

    /** The same folder with a variable of the configuration set. */
    Tofu with(String variable, String value) {
        Map<String, String> more = new LinkedHashMap<>(environment);
        more.put("TF_VAR_" + variable, value);
        return new Tofu(program, folder, more);
    }

    Cli.Running startApply(String marker, String... more) {
        return with("marker", marker).start(arguments(more));
    }

    Cli.Result apply(String marker, String... more) {
        return startApply(marker, more).result();
    }

    Cli.Result run(String... arguments) {
        return start(List.of(arguments)).result();
    }

    private static List<String> arguments(String... more) {
        List<String> arguments = new ArrayList<>(List.of("apply", "-auto-approve", "-no-color"));
        arguments.addAll(List.of(more));
        return arguments;
    }

    private Cli.Running start(List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(program.toString(), "-chdir=" + folder));
        command.addAll(arguments);
        return new Cli.Running(command, environment, new byte[0]);
    }
}
