package io.github.statelock.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Eight processes that each read a number, add one and write it, again and again, under one lock for the three steps. The number
 * is not a state file, so no serial helps.
 */
class CounterIT {

    private static final int PROCESSES = 8;
    /** Twenty take some minutes for each store: every step is a process of Java's. */
    private static final int TURNS = Integer.getInteger("statelock.counter.turns", 2);

    private static final int MOST_MINUTES = 60;

    private static final String STEP =
            "n=$(\"$S\" pull counter) && echo $((n + 1)) > \"$0\" && \"$S\" push counter \"$0\"";

    private static final String TURN = "\"$S\" lock counter --wait 1h -- sh -c \"$STEP\" \"$0\" || exit; ";

    enum Store {
        FOLDER,
        S3_WITH_TABLE,
        S3_WITH_LOCK_FILES,
        AZURE,
        GOOGLE_CLOUD_STORAGE;

        String fresh(Path folder) {
            return this == FOLDER
                    ? folder.toUri() + "store"
                    : AllBackendsIT.Store.valueOf(name()).fresh();
        }
    }

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource
    void noTurnIsLost(Store store) throws Exception {
        count(store.fresh(folder));
    }

    private void count(String store) throws Exception {
        Cli cli = Cli.on(store);
        cli.runWithInput("0".getBytes(UTF_8), "push", "counter", "-").exits(0);
        Map<String, String> environment = Map.of(
                "STATELOCK_STORE",
                store,
                "S",
                Cli.launcher().toString(),
                "STEP",
                STEP,
                "JAVA_HOME",
                System.getProperty("java.home"));
        List<Cli.Running> processes = new ArrayList<>();
        try {
            for (int i = 0; i < PROCESSES; i++) {
                List<String> command = List.of(
                        "sh",
                        "-c",
                        TURN.repeat(TURNS),
                        folder.resolve("of-" + i).toString());
                processes.add(new Cli.Running(command, environment, new byte[0]));
            }
            for (Cli.Running process : processes) {
                process.process().waitFor(MOST_MINUTES, TimeUnit.MINUTES);
                process.result().exits(0);
            }
        } finally {
            processes.forEach(Cli.Running::close);
        }
        assertThat(cli.run("pull", "counter").exits(0).out()).isEqualTo(PROCESSES * TURNS + "\n");
        assertThat(cli.run("locks").exits(0).out()).isEmpty();
    }
}
