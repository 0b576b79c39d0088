package io.github.statelock.azure;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.statelock.BackendMisconfiguredException;
import io.github.statelock.StateKey;
import io.github.statelock.azure.BlobFailure.Kind;
import io.github.statelock.engine.EngineOptions;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The proxy of the environment is asked, and what it refuses was not sent. */
@Tag("real-time")
class ProxyTest {

    private static final StateKey KEY = StateKey.of("a");

    private final RefusingProxy proxy = new RefusingProxy();
    private final CallThreads threads = new CallThreads();

    @AfterEach
    void close() throws IOException {
        threads.close();
        proxy.server.close();
    }

    /** Answers every request with one status. */
    private static final class RefusingProxy {

        final ServerSocket server;
        final List<String> asked = new CopyOnWriteArrayList<>();
        volatile String answer = "403 Forbidden";

        RefusingProxy() {
            try {
                server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            Thread thread = new Thread(this::serve, "refusing-proxy");
            thread.setDaemon(true);
            thread.start();
        }

        private void serve() {
            while (!server.isClosed()) {
                try (Socket socket = server.accept()) {
                    String head = head(socket.getInputStream());
                    asked.add(head.lines().findFirst().orElse(""));
                    socket.getOutputStream()
                            .write(("HTTP/1.1 " + answer + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                                    .getBytes(US_ASCII));
                } catch (IOException e) {
                    // The next one, or none: the test is over.
                }
            }
        }

        private static String head(InputStream in) throws IOException {
            StringBuilder head = new StringBuilder();
            for (int c = in.read(); c >= 0; c = in.read()) {
                head.append((char) c);
                if (head.indexOf("\r\n\r\n") >= 0) {
                    break;
                }
            }
            return head.toString();
        }

        String address() {
            return "http://127.0.0.1:" + server.getLocalPort();
        }
    }

    private Blobs blobs(URI endpoint, Map<String, String> environment) {
        AzureClients clients = new AzureClients();
        clients.environment = environment;
        clients.container = "states";
        clients.endpoint = endpoint;
        clients.accountKey = TestContainer.KEY;
        clients.account = TestContainer.ACCOUNT;
        Duration timeout = Duration.ofSeconds(30);
        return new Blobs(clients.build(EngineOptions.builder().build(), threads), "", timeout, timeout, threads);
    }

    @ParameterizedTest
    @CsvSource({
        "403 Forbidden, BackendUnavailableException, the proxy answered 403",
        "502 Bad Gateway, BackendUnavailableException, the proxy answered 502",
        "407 Proxy Authentication Required, BackendDeniedException, HTTPS_PROXY=http://user:password@host:port"
    })
    void whatTheProxyRefusesIsSaidAndWasNotSent(String answer, String meaning, String said) {
        proxy.answer = answer + (answer.startsWith("407") ? "\r\nProxy-Authenticate: Basic realm=\"x\"" : "");
        Blobs blobs = blobs(URI.create("https://states.invalid"), Map.of("HTTPS_PROXY", proxy.address()));

        assertThatThrownBy(() -> blobs.create(KEY)).isInstanceOfSatisfying(BlobFailure.class, e -> {
            assertThat(e.kind()).isEqualTo(Kind.REFUSED);
            assertThat(e.refusal().getClass().getSimpleName()).isEqualTo(meaning);
            assertThat(e.refusal()).hasMessageContaining(said).hasMessageEndingWith("Nothing was changed.");
        });
        assertThat(proxy.asked).containsExactly("CONNECT states.invalid:443 HTTP/1.1");
    }

    @Test
    void exceptionsAndThisMachineAreReachedDirectly() {
        Map<String, String> environment =
                Map.of("https_proxy", proxy.address(), "HTTP_PROXY", proxy.address(), "no_proxy", ".invalid");
        Blobs excepted = blobs(URI.create("https://states.invalid"), environment);
        Blobs here = blobs(TestContainer.endpoint(), environment);

        assertThatThrownBy(() -> excepted.create(KEY))
                .as("the host is looked for here, and is not found")
                .hasMessageContaining("cannot be found");
        assertThatThrownBy(() -> here.create(KEY)).hasMessageContaining("There is no such container");
        assertThat(proxy.asked).isEmpty();
    }

    @Test
    void aProxyThatCannotBeUsedIsRefusedAtOpening() {
        assertThatThrownBy(() -> blobs(URI.create("https://states.invalid"), Map.of("HTTPS_PROXY", "socks5://a:1")))
                .isInstanceOf(BackendMisconfiguredException.class)
                .hasMessageContaining("HTTPS_PROXY");
    }
}
