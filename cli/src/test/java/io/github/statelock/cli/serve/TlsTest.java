package io.github.statelock.cli.serve;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.statelock.StateBackend;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TlsTest {

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"RSA, 2048", "EC, 256"})
    void statesGoOverTls(String algorithm, int bits) throws Exception {
        Pem pem = Pem.selfSigned(folder, algorithm, bits);
        TlsFiles files = TlsFiles.of(pem.certificate(), pem.key());
        ServerSettings settings =
                new ServerSettings(Store.ANY_PORT, Authentication.none(), Optional.of(files), false, 1000, List.of());
        try (Store store = new Store();
                StateBackend backend = store.other();
                HttpBackendServer server = HttpBackendServer.start(settings, backend, visit -> {})) {
            HttpClient client = HttpClient.newBuilder()
                    .sslContext(trusting(pem.certificate()))
                    .build();
            URI uri = URI.create("https://localhost:" + server.address().getPort() + Served.PATH);
            HttpRequest write = HttpRequest.newBuilder(uri)
                    .POST(HttpRequest.BodyPublishers.ofString("content"))
                    .build();
            assertThat(client.send(write, HttpResponse.BodyHandlers.ofString()).statusCode())
                    .isEqualTo(200);
            assertThat(client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
                            .body())
                    .isEqualTo("content");
        }
    }

    @Test
    void aKeyOfAnotherCertificateIsFoundOut() throws Exception {
        Pem one = Pem.selfSigned(Files.createDirectory(folder.resolve("one")), "EC", 256);
        Pem other = Pem.selfSigned(Files.createDirectory(folder.resolve("other")), "EC", 256);
        Pem rsa = Pem.selfSigned(Files.createDirectory(folder.resolve("rsa")), "RSA", 2048);
        assertThatThrownBy(() -> TlsFiles.of(one.certificate(), other.key()).context())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is not the key of the certificate");
        assertThatThrownBy(() -> TlsFiles.of(one.certificate(), rsa.key()).context())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("EC");
    }

    @ParameterizedTest
    @CsvSource({"RSA PRIVATE KEY, PKCS#1", "EC PRIVATE KEY, PKCS#1", "ENCRYPTED PRIVATE KEY, encrypted"})
    void anotherFormOfKeyIsRefusedWithTheCommandThatConvertsIt(String kind, String says) throws Exception {
        Pem pem = Pem.selfSigned(folder, "EC", 256);
        Path key = folder.resolve("old.pem");
        Files.writeString(key, "-----BEGIN " + kind + "-----\nAAAA\n-----END " + kind + "-----\n", US_ASCII);
        assertThatThrownBy(() -> TlsFiles.of(pem.certificate(), key).context())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(says)
                .hasMessageContaining("openssl pkcs8 -topk8 -nocrypt -in " + key);
    }

    @Test
    void filesThatAreNoPemAreRefused() throws Exception {
        Pem pem = Pem.selfSigned(folder, "EC", 256);
        Path empty = Files.createFile(folder.resolve("empty"));
        assertThatThrownBy(() -> TlsFiles.of(empty, pem.key()).context())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no certificate");
        assertThatThrownBy(() -> TlsFiles.of(pem.certificate(), empty).context())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no private key");
        assertThatThrownBy(() -> TlsFiles.of(pem.certificate(), folder.resolve("missing")).context())
                .isInstanceOf(NoSuchFileException.class);
    }

    private static SSLContext trusting(Path certificate) throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        try (var in = Files.newInputStream(certificate)) {
            trusted.setCertificateEntry(
                    "server", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers.getTrustManagers(), null);
        return context;
    }
}
