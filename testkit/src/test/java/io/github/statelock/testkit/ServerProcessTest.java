package io.github.statelock.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

@Tag("real-time")
@Timeout(60)
class ServerProcessTest {

    @Test
    void aServerAnswersOnceStartedAndIsGoneOnceStopped() throws IOException {
        ServerProcess server = ServerProcess.start("tiny", (port, folder) -> jvm(TinyServer.class, port));
        assertThat(isListening(server.port())).isTrue();
        server.stop();
        assertThat(isListening(server.port())).isFalse();
    }

    @Test
    void aServerThatEndsAtOnceIsReportedWithItsOutput() {
        assertThatThrownBy(() -> ServerProcess.start("broken", (port, folder) -> jvm(BrokenServer.class, port)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("broken ended")
                .hasMessageContaining("no such luck");
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "only a POSIX shell watches over the JVM")
    void aServerEndsWithAJvmThatIsKilled() throws Exception {
        Process jvm = new ProcessBuilder(jvm(Parent.class, 0))
                .redirectErrorStream(true)
                .start();
        try (BufferedReader output = jvm.inputReader(StandardCharsets.UTF_8)) {
            int port = Integer.parseInt(output.readLine());
            assertThat(isListening(port)).isTrue();
            jvm.destroyForcibly().waitFor();
            long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
            while (isListening(port) && System.nanoTime() - deadline < 0) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            }
            assertThat(isListening(port)).isFalse();
        } finally {
            jvm.destroyForcibly();
        }
    }

    private static List<String> jvm(Class<?> main, int port) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                main.getName(),
                Integer.toString(port));
    }

    private static boolean isListening(int port) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (ConnectException e) {
            return false;
        }
    }

    /** Answers 404 to everything, until it is killed. */
    static final class TinyServer {
        private TinyServer() {}

        /** Starts it on the port in the first argument. */
        public static void main(String[] arguments) throws IOException {
            int port = Integer.parseInt(arguments[0]);
            HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 10)
                    .start();
        }
    }

    /** Ends at once. */
    static final class BrokenServer {
        private BrokenServer() {}

        /** Says so. */
        public static void main(String[] arguments) {
            System.err.println("no such luck");
            System.exit(3);
        }
    }

    /** Starts a server, says where, and waits to be killed. */
    static final class Parent {
        private Parent() {}

        /** Never ends by itself. */
        public static void main(String[] arguments) throws InterruptedException {
            ServerProcess server = ServerProcess.start("orphan", (port, folder) -> jvm(TinyServer.class, port));
            System.out.println(server.port());
            new CountDownLatch(1).await();
        }
    }
}
