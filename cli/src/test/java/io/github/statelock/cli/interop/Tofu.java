package io.github.statelock.cli.interop;

import io.github.statelock.cli.Cli;
import io.github.statelock.testkit.TestPrograms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A working folder of the real OpenTofu, with one resource of a provider that is built in. */
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

    private final Path folder;
    private final Map<String, String> environment;

    private Tofu(Path folder, Map<String, String> environment) {
        this.folder = folder;
        this.environment = environment;
    }

    /** A folder whose backend is configured and initialized. */
    static Tofu in(Path folder, SharedStore store, String moreConfiguration) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("main.tf"), """
                terraform {
                  backend "%s" {
                    %s
                  }
                }
                %s
                %s
                """.formatted(
                        store.backend(), Hcl.arguments(store.arguments()), RESOURCE, moreConfiguration));
        Files.writeString(folder.resolve("empty.tfrc"), "");
        Map<String, String> environment = new LinkedHashMap<>(Map.of(
                "TF_CLI_CONFIG_FILE", folder.resolve("empty.tfrc").toString(),
                "TF_IN_AUTOMATION", "1",
                "TF_INPUT", "0",
                "TF_DATA_DIR", folder.resolve("data").toString(),
                "CHECKPOINT_DISABLE", "1",
                "TF_VAR_marker", "none"));
        environment.putAll(store.environment());
        Tofu tofu = new Tofu(folder, environment);
        tofu.run("init").exits(0);
        return tofu;
    }

    /** The same folder with a variable of the configuration set. */
    Tofu with(String variable, String value) {
        Map<String, String> more = new LinkedHashMap<>(environment);
        more.put("TF_VAR_" + variable, value);
        return new Tofu(folder, more);
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
        List<String> command = new ArrayList<>(List.of(TestPrograms.openTofu().toString(), "-chdir=" + folder));
        command.addAll(arguments);
        return new Cli.Running(command, environment, new byte[0]);
    }
}
