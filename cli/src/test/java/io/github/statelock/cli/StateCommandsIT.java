package io.github.statelock.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands for states, on a folder. */
class StateCommandsIT {

    private static final String LINEAGE = "3f0b1c2d-0000-4000-8000-000000000001";

    @TempDir
    Path folder;

    private Cli cli() {
        return Cli.on(folder.toUri().toString());
    }

    static String state(int serial, String extra) {
        return "{\n  \"version\": 4,\n  \"serial\": " + serial + ",\n  \"lineage\": \"" + LINEAGE
                + "\",\n  \"outputs\": {" + extra + "},\n  \"resources\": []\n}\n";
    }

    private Cli.Result push(String content, String... more) {
        String[] args = new String[more.length + 3];
        args[0] = "push";
        args[1] = "prod/network.tfstate";
        args[2] = "-";
        System.arraycopy(more, 0, args, 3, more.length);
        return cli().runWithInput(content.getBytes(UTF_8), args);
    }

    @Test
    void whatIsPushedIsPulledByteForByte() {
        push(state(1, "\"grüße\": 1")).exits(0);
        assertThat(cli().run("pull", "prod/network.tfstate").exits(0).out()).isEqualTo(state(1, "\"grüße\": 1"));
        assertThat(cli().run("ls").exits(0).out()).isEqualTo("prod/network.tfstate\n");
        assertThat(cli().run("ls", "other/").exits(0).out()).isEmpty();
    }
}
