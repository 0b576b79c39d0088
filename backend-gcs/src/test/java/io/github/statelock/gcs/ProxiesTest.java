package io.github.statelock.gcs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.auth.oauth2.GoogleCredentials;
import com.google.cloud.NoCredentials;
import io.github.statelock.BackendUnavailableException;
import io.github.statelock.LockOptions;
import io.github.statelock.StateKey;
import io.github.statelock.spi.EnvironmentProxies;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Proxy;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The proxy that the environment names is asked for the store and for the token. */
@Timeout(60)
class ProxiesTest {

    private static final StateKey KEY = StateKey.of("proxied.tfstate");

    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final ServerSocket proxy = listen();
    private final Map<String, String> environment =
            Map.of("HTTPS_PROXY", "http://127.0.0.1:" + proxy.getLocalPort(), "NO_PROXY", "direct.invalid");

    private ServerSocket listen() {
        try {
            ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
            Thread thread = new Thread(() -> serve(socket));
            thread.setDaemon(true);
            thread.start();
            return socket;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Refuses to connect, which is enough to see what it was asked for. */
    private void serve(ServerSocket socket) {
        while (!socket.isClosed()) {
            try (Socket client = socket.accept()) {
                BufferedReader reader =
                        new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.ISO_8859_1));
                asked.add(reader.readLine());
                for (String line = reader.readLine(); line != null && !line.isEmpty(); line = reader.readLine()) {
                    // the rest of the head
                }
                client.getOutputStream()
                        .write("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"
                                .getBytes(StandardCharsets.ISO_8859_1));
            } catch (IOException e) {
                if (!socket.isClosed()) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    @AfterEach
    void close() throws IOException {
        proxy.close();
    }

    @Test
    void theStoreIsReachedByTheProxyAndWhatTheProxyRefusesHasChangedNothing() {
        try (GcsBackend backend = GcsBackend.builder("bucket")
                .credentials(NoCredentials.getInstance())
                .callTimeout(Duration.ofSeconds(3))
                .build(environment)) {
            assertThatThrownBy(() -> backend.locks().acquire(KEY, LockOptions.operation("test")))
                    .isInstanceOf(BackendUnavailableException.class)
                    .hasMessageEndingWith("Nothing was changed.");
        }
        assertThat(asked).isNotEmpty().allMatch("CONNECT storage.googleapis.com:443 HTTP/1.1"::equals);
    }

    @Test
    void whatNoProxyNamesIsReachedDirectly() {
        try (GcsBackend backend = GcsBackend.builder("bucket")
                .endpoint(URI.create("https://direct.invalid"))
                .credentials(NoCredentials.getInstance())
                .build(environment)) {
            assertThatThrownBy(() -> backend.locks().inspect(KEY)).hasMessageContaining("direct.invalid");
        }
        assertThat(asked).isEmpty();
    }

    @Test
    void theTokenIsDrawnByTheProxy() throws Exception {
        GoogleCredentials credentials = GoogleCredentials.fromStream(
                new ByteArrayInputStream(serviceAccount().getBytes(StandardCharsets.UTF_8)),
                new TokenTransport(environment, Duration.ofSeconds(3)));
        assertThatThrownBy(() -> credentials.createScoped("scope").refresh()).isInstanceOf(IOException.class);
        assertThat(asked).isNotEmpty().allMatch("CONNECT oauth2.googleapis.com:443 HTTP/1.1"::equals);
    }

    private static String serviceAccount() throws Exception {
        KeyPairGenerator keys = KeyPairGenerator.getInstance("RSA");
        keys.initialize(2048);
        String key = Base64.getEncoder()
                .encodeToString(keys.generateKeyPair().getPrivate().getEncoded());
        return "{\"type\":\"service_account\",\"project_id\":\"p\",\"client_id\":\"1\",\"private_key_id\":\"1\","
                + "\"client_email\":\"a@p.iam.gserviceaccount.com\","
                + "\"token_uri\":\"https://oauth2.googleapis.com/token\","
                + "\"private_key\":\"-----BEGIN PRIVATE KEY-----\\n" + key + "\\n-----END PRIVATE KEY-----\\n\"}";
    }

    @Test
    void theMetadataServerIsAskedDirectly() {
        EnvironmentProxies proxies = EnvironmentProxies.of(Map.of("HTTP_PROXY", "http://proxy.example:3128"));
        TokenTransport.Selector selector = new TokenTransport.Selector(proxies, Set.of("metadata.google.internal"));
        assertThat(selector.select(URI.create("http://metadata.google.internal/computeMetadata/v1/")))
                .containsExactly(Proxy.NO_PROXY);
        assertThat(selector.select(URI.create("http://other.example/")))
                .extracting(Proxy::type)
                .containsExactly(Proxy.Type.HTTP);
    }
}
