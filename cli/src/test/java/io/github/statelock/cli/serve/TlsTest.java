package io.github.statelock.cli.serve;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.statelock.StateBackend;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("real-time")
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
    void aNewCertificateIsServedWithoutARestartAndABrokenOneIsNot() throws Exception {
        Pem one = Pem.selfSigned(Files.createDirectory(folder.resolve("one")), "EC", 256);
        Pem two = Pem.selfSigned(Files.createDirectory(folder.resolve("two")), "EC", 256);
        Path certificate = Files.copy(one.certificate(), folder.resolve("cert.pem"));
        Path key = Files.copy(one.key(), folder.resolve("key.pem"));
        List<String> notes = new ArrayList<>();
        ServerSettings settings = new ServerSettings(
                Store.ANY_PORT,
                Authentication.none(),
                Optional.of(TlsFiles.of(certificate, key)),
                false,
                1000,
                List.of());
        try (Store store = new Store();
                StateBackend backend = store.other();
                HttpBackendServer server = HttpBackendServer.start(settings, backend, noting(notes))) {
            assertThat(servedCertificate(server)).isEqualTo(certificate(one));
            Files.copy(two.certificate(), certificate, StandardCopyOption.REPLACE_EXISTING);
            server.lookAtCertificate();
            server.lookAtCertificate();
            assertThat(servedCertificate(server)).as("without its key").isEqualTo(certificate(one));
            assertThat(notes).hasSize(1).first().asString().contains("the old certificate stays in use");
            Files.copy(two.key(), key, StandardCopyOption.REPLACE_EXISTING);
            server.lookAtCertificate();
            assertThat(servedCertificate(server)).isEqualTo(certificate(two));
            assertThat(notes).hasSize(2);
            Files.delete(key);
            server.lookAtCertificate();
            assertThat(servedCertificate(server)).isEqualTo(certificate(two));
            assertThat(notes).hasSize(3);
        }
    }

    private static ServerLog noting(List<String> notes) {
        return new ServerLog() {
            @Override
            public void visited(Visit visit) {}

            @Override
            public void note(String text) {
                notes.add(text);
            }
        };
    }

    private static Certificate certificate(Pem pem) throws Exception {
        try (var in = Files.newInputStream(pem.certificate())) {
            return CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    /** Whatever it is: this client trusts everybody. */
    private static Certificate servedCertificate(HttpBackendServer server) throws Exception {
        X509TrustManager all = new X509ExtendedTrustManager() {
            @Override
            public void checkClientTrusted(X509Certificate[] chain, String type) {}

            @Override
            public void checkServerTrusted(X509Certificate[] chain, String type) {}

            @Override
            public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

            @Override
            public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

            @Override
            public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

            @Override
            public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

            @Override
            public X509Certificate[] getAcceptedIssuers() {
                return new X509Certificate[0];
            }
        };
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {all}, null);
        try (SSLSocket socket = (SSLSocket) context.getSocketFactory()
                .createSocket("localhost", server.address().getPort())) {
            return socket.getSession().getPeerCertificates()[0];
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
        assertThatThrownBy(() -> TlsFiles.of(pem.certificate(), folder.resolve("missing"))
                        .context())
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
