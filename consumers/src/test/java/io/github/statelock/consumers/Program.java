package io.github.statelock.consumers;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A program that has ended. */
record Program(int exitCode, String output) {

    /** The Azure emulator's own, which is no secret. */
    static final String AZURE_KEY =
            "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    /** For the test servers; that of S3 takes any. */
    private static final Map<String, String> CREDENTIALS = Map.of(
            "AWS_ACCESS_KEY_ID", "test",
            "AWS_SECRET_ACCESS_KEY", "test",
            "AZURE_STORAGE_KEY", AZURE_KEY);

    /** Runs it to its end; its output is in that file, too. */
    static Program run(Path output, List<String> command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .redirectOutput(output.toFile());
        builder.environment().putAll(CREDENTIALS);
        Process process = builder.start();
        try {
            int exitCode = process.waitFor();
            return new Program(exitCode, Files.readString(output));
        } finally {
            process.destroyForcibly();
        }
    }
}
