package io.github.statelock.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.cli.serve.Pem;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The server as a process. */
class ServeIT {

    private static final Pattern URL = Pattern.compile("https?://[^\\s\"]+");
    private static final String ID = "0d3b1e1e-0000-4000-8000-000000000001";
    private static final String INFO =
            "{\"ID\":\"" + ID + "\",\"Operation\":\"OperationTypeApply\",\"Info\":\"\",\"Who\":\"ci@runner\","
                    + "\"Version\":\"1.12.6\",\"Created\":\"2026-01-02T03:04:05Z\",\"Path\":\"\"}";

    @TempDir
    Path folder;

    private final HttpClient client = HttpClient.newHttpClient();

    private Cli cli() {
        return Cli.on(folder.resolve("states").toUri().toString());
    }

    private Cli.Running serve(String... more) {
        String[] args = Texts.concat(new String[] {"serve", "--listen", "127.0.0.1:0"}, more);
        return cli().start(args).awaitOut("\n");
    }

    private static URI uri(Cli.Running server, String path) {
        Matcher url = URL.matcher(server.out());
        assertThat(url.find()).as(server.out()).isTrue();
        return URI.create(url.group() + path);
    }

    private HttpResponse<String> send(Cli.Running server, String method, String path, String body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(uri(server, path))
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void itServesUntilTermAndEndsWithZero() throws Exception {
        try (Cli.Running server = serve()) {
            assertThat(server.out()).startsWith("Listening on http://127.0.0.1:");
            assertThat(send(server, "GET", "/healthz", "").body()).isEqualTo("ok\n");
            assertThat(send(server, "LOCK", "/prod/a", INFO).statusCode()).isEqualTo(200);
            assertThat(send(server, "POST", "/prod/a?ID=" + ID, Texts.state(1, ""))
                            .statusCode())
                    .isEqualTo(200);
            cli().run("lock", "prod/a", "--", "true").exits(3);
            assertThat(cli().run("pull", "prod/a").exits(0).out()).isEqualTo(Texts.state(1, ""));
            assertThat(send(server, "UNLOCK", "/prod/a", INFO).statusCode()).isEqualTo(200);
            cli().run("lock", "prod/a", "--", "true").exits(0);
            server.signal("TERM");
            Cli.Result end = server.result().exits(0);
            assertThat(end.err())
                    .contains(" LOCK /prod/a 200 ")
                    .contains("lock=" + ID)
                    .contains("Stopping on TERM");
        }
    }

    @Test
    void aRequestUnderWayEndsBeforeTheProcess() throws Exception {
        String state = Texts.state(1, "");
        try (Cli.Running server = serve();
                Socket slow = new Socket(
                        InetAddress.getLoopbackAddress(), uri(server, "").getPort())) {
            String head = "POST /prod/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + state.length() + "\r\n\r\n";
            slow.getOutputStream().write(head.getBytes(UTF_8));
            slow.getOutputStream().flush();
            awaitUnderWay(server, 1);
            server.signal("TERM");
            server.awaitErr("Stopping on TERM");
            slow.getOutputStream().write(state.getBytes(UTF_8));
            slow.getOutputStream().flush();
            byte[] answer = new byte[12];
            assertThat(slow.getInputStream().readNBytes(answer, 0, 12)).isEqualTo(12);
            assertThat(new String(answer, UTF_8)).isEqualTo("HTTP/1.1 200");
            server.result().exits(0);
        }
        assertThat(cli().run("pull", "prod/a").exits(0).out()).isEqualTo(state);
    }

    /** This request is under way too. */
    private void awaitUnderWay(Cli.Running server, int others) throws Exception {
        String line = "statelock_http_requests_active " + (others + 1) + ".0\n";
        while (!send(server, "GET", "/metrics", "").body().contains(line)) {
            Thread.onSpinWait();
        }
    }

    @Test
    void locksOutliveTheProcess() throws Exception {
        try (Cli.Running server = serve()) {
            send(server, "LOCK", "/prod/a", INFO);
            server.process().destroyForcibly().waitFor();
        }
        try (Cli.Running server = serve("--strict")) {
            HttpResponse<String> refused = send(server, "LOCK", "/prod/a", INFO.replace("0001\"", "0002\""));
            assertThat(refused.statusCode()).isEqualTo(423);
            assertThat(refused.body()).contains(ID);
            assertThat(send(server, "POST", "/prod/a?ID=" + ID, Texts.state(5, ""))
                            .statusCode())
                    .isEqualTo(200);
            assertThat(send(server, "POST", "/prod/a?ID=" + ID, Texts.state(4, ""))
                            .statusCode())
                    .isEqualTo(409);
            assertThat(send(server, "UNLOCK", "/prod/a", "").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void everythingIsJsonWhereThatIsAskedFor() throws Exception {
        try (Cli.Running server = serve("--json")) {
            assertThat(server.out()).matches("\\{\"listening\":\"http://127\\.0\\.0\\.1:\\d+\"}\n");
            send(server, "GET", "/prod/a?secret=1", "");
            server.awaitErr("\"reason\":");
            assertThat(server.err())
                    .startsWith("{\"note\":\"Every user of this machine")
                    .contains("{\"time\":\"")
                    .contains("\"remote\":\"127.0.0.1\",\"method\":\"GET\",\"path\":\"/prod/a\",\"status\":404")
                    .contains("\"lock\":null")
                    .doesNotContain("secret");
            server.signal("TERM");
            assertThat(server.result().exits(0).err()).contains("{\"stopping\":\"TERM\"}");
        }
    }

    @Test
    void beyondThisMachineItNeedsTlsAndAuthentication() throws Exception {
        Path password = Files.writeString(folder.resolve("password"), "hunter2\n");
        Pem pem = Pem.selfSigned(folder, "EC", 256);
        String[][] tooLittle = {
            {"serve", "--listen", "0.0.0.0:0"},
            {"serve", "--listen", ":0", "--user", "ci", "--password-file", password.toString()},
            {
                "serve",
                "--listen",
                "[::]:0",
                "--tls-cert",
                pem.certificate().toString(),
                "--tls-key",
                pem.key().toString()
            }
        };
        for (String[] args : tooLittle) {
            assertThat(cli().run(args).exits(2).err())
                    .contains("other machines")
                    .doesNotContain("hunter2");
        }
        String[] enough = {
            "serve",
            "--listen",
            "0.0.0.0:0",
            "--user",
            "ci",
            "--tls-cert",
            pem.certificate().toString(),
            "--tls-key",
            pem.key().toString()
        };
        try (Cli.Running server =
                cli().with("STATELOCK_SERVE_PASSWORD", "hunter2").start(enough).awaitOut("\n")) {
            assertThat(server.out()).startsWith("Listening on https://0.0.0.0:");
            assertThat(server.err()).doesNotContain("Every user");
        }
    }

    @Test
    void halfAnAuthenticationIsNone() throws Exception {
        Path empty = Files.writeString(folder.resolve("empty"), "\n");
        assertThat(cli().run("serve", "--user", "ci").exits(2).err()).contains("--password-file");
        assertThat(cli().with("STATELOCK_SERVE_PASSWORD", "hunter2")
                        .run("serve")
                        .exits(2)
                        .err())
                .contains("--user")
                .doesNotContain("hunter2");
        assertThat(cli().run("serve", "--token-file", empty.toString()).exits(2).err())
                .contains("is empty");
        assertThat(cli().run("serve", "--tls-cert", empty.toString()).exits(2).err())
                .contains("--tls-key");
        assertThat(cli().run("serve", "--listen", "8080").exits(2).err()).contains("HOST:PORT");
        assertThat(cli().run("serve", "--trusted-proxy", "proxy.example")
                        .exits(2)
                        .err())
                .contains("proxy.example");
        assertThat(cli().run("serve", "--max-request-bytes", "0").exits(2).err())
                .contains("--max-request-bytes");
    }

    @Test
    void aFileThatIsNoTextIsNamed() throws Exception {
        Path latin = Files.write(folder.resolve("latin"), new byte[] {'p', (byte) 0xE4});
        assertThat(cli().run("serve", "--user", "ci", "--password-file", latin.toString())
                        .exits(2)
                        .err())
                .isEqualTo("statelock: " + latin + " is no text in UTF-8.\n");
        Pem pem = Pem.selfSigned(folder, "EC", 256);
        Path der = Files.write(folder.resolve("key.der"), new byte[] {0x30, (byte) 0x81, (byte) 0x87, 2, 1, 0});
        assertThat(cli().run("serve", "--tls-cert", pem.certificate().toString(), "--tls-key", der.toString())
                        .exits(2)
                        .err())
                .startsWith("statelock: " + der + " has no private key in PEM, but perhaps one in DER.")
                .contains("openssl pkcs8 -topk8 -nocrypt -inform DER -in " + der);
    }

    @Test
    void aTokenFromTheEnvironmentIsAskedFor() throws Exception {
        try (Cli.Running server = cli().with("STATELOCK_SERVE_TOKEN", "t0ken")
                .start("serve", "--listen", "127.0.0.1:0")
                .awaitOut("\n")) {
            assertThat(send(server, "GET", "/prod/a", "").statusCode()).isEqualTo(401);
            HttpRequest request = HttpRequest.newBuilder(uri(server, "/prod/a"))
                    .header("Authorization", "Bearer t0ken")
                    .build();
            assertThat(client.send(request, HttpResponse.BodyHandlers.ofString())
                            .statusCode())
                    .isEqualTo(404);
            server.awaitErr("404");
            assertThat(server.err()).doesNotContain("t0ken");
        }
    }

    /** The program that systemd has for this is a script here. */
    @Test
    void systemdIsToldOfTheStartAndOfTheStop() throws Exception {
        Path told = folder.resolve("told");
        Path program = Files.writeString(folder.resolve("systemd-notify"), "#!/bin/sh\necho \"$1\" >> " + told + "\n");
        assertThat(program.toFile().setExecutable(true)).isTrue();
        try (Cli.Running server = cli().with("NOTIFY_SOCKET", "/nowhere")
                .with("PATH", folder + ":" + System.getenv("PATH"))
                .start("serve", "--listen", "127.0.0.1:0")
                .awaitOut("\n")) {
            awaitLine(told, "READY=1");
            server.signal("TERM");
            server.result().exits(0);
            awaitLine(told, "STOPPING=1");
        }
    }

    private static void awaitLine(Path file, String line) throws Exception {
        while (!Files.exists(file) || !Files.readString(file).contains(line + "\n")) {
            Thread.onSpinWait();
        }
    }

    /** Three states that do not fit the memory together, and one that never does. */
    @Test
    void moreThanTheMemoryCanTakeIsRefusedAndTheServerGoesOn() throws Exception {
        try (Cli.Running server = cli().withOption("-Xmx84m")
                .start("serve", "--listen", "127.0.0.1:0")
                .awaitOut("\n")) {
            String large = Texts.state(1, "") + " ".repeat(15 << 20);
            List<CompletableFuture<Integer>> posts = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                HttpRequest post = HttpRequest.newBuilder(uri(server, "/large/" + i))
                        .POST(HttpRequest.BodyPublishers.ofString(large))
                        .build();
                posts.add(client.sendAsync(post, HttpResponse.BodyHandlers.ofString())
                        .thenApply(HttpResponse::statusCode));
            }
            assertThat(posts).extracting(CompletableFuture::join).contains(200).isSubsetOf(200, 503);
            assertThat(send(server, "POST", "/huge", Texts.state(1, "") + " ".repeat(40 << 20))
                            .statusCode())
                    .isEqualTo(413);
            assertThat(send(server, "GET", "/healthz", "").statusCode()).isEqualTo(200);
            assertThat(cli().run("locks").exits(0).out()).isEmpty();
            assertThat(send(server, "POST", "/large/0", large).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void anAddressInUseIsSaidToBe() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(cli().run("serve", "--listen", "127.0.0.1:" + taken.getLocalPort())
                            .exits(1)
                            .err())
                    .contains("Cannot listen on 127.0.0.1:" + taken.getLocalPort());
        }
    }
}
