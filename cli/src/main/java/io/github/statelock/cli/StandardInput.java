package io.github.statelock.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/** What is piped or typed in. Unlike reads of {@link System#in}, these end when this process is told to stop. */
final class StandardInput {

    private StandardInput() {}

    static byte[] all() throws IOException, InterruptedException {
        return read(System.in::readAllBytes);
    }

    /** One line; null at the end of the input. */
    static @Nullable String line() throws IOException, InterruptedException {
        return read(() -> new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset())).readLine());
    }

    private static <T extends @Nullable Object> T read(Callable<T> reading) throws IOException, InterruptedException {
        FutureTask<T> task = new FutureTask<>(reading);
        Thread reader = new Thread(task, "statelock-input");
        reader.setDaemon(true);
        reader.start();
        try {
            return task.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Error error) { // such as that there is not enough memory
                throw error;
            }
            throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
        }
    }
}
