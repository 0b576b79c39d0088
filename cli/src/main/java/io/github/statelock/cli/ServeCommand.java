package io.github.statelock.cli;

import io.github.statelock.StateBackend;
import io.github.statelock.cli.serve.Authentication;
import io.github.statelock.cli.serve.HttpBackendServer;
import io.github.statelock.cli.serve.ServerSettings;
import io.github.statelock.cli.serve.TlsFiles;
import java.io.IOException;
import java.net.BindException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Terraform's and OpenTofu's http backend over any store. */
@Command(
        name = "serve",
        header = "Serve Terraform's http backend over a store.",
        description = {
            "Serves the http backend of Terraform and OpenTofu, with locks, over any store: one state per path. Runs until it"
                    + " gets TERM or INT, then lets the requests under way end.",
            "",
            "Beyond this machine it serves only with TLS and authentication. The password is read from --password-file or"
                    + " $STATELOCK_SERVE_PASSWORD, the token from --token-file or $STATELOCK_SERVE_TOKEN."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  statelock serve --store 's3://bucket/prefix?region=eu-central-1'",
            "  statelock serve --listen 0.0.0.0:8443 --tls-cert cert.pem --tls-key key.pem --user ci --password-file pw"
        })
final class ServeCommand implements Callable<Integer> {

    /** How long a stop waits for the requests under way. */
    private static final Duration GRACE = Duration.ofSeconds(10);

    private final Statelock root;

    @Option(
            names = "--listen",
            paramLabel = "ADDRESS",
            defaultValue = "127.0.0.1:8080",
            converter = ListenAddress.Converter.class,
            description = "Where to listen, as HOST:PORT; port 0 for any free one. By default 127.0.0.1:8080.")
    private ListenAddress listen;

    @Option(
            names = "--strict",
            description =
                    "Refuse a state whose lineage differs from the stored one's or whose serial does not follow it."
                            + " Then 'state push -force' is refused too.")
    private boolean strict;

    @Option(names = "--user", paramLabel = "NAME", description = "The user of basic authentication.")
    private @Nullable String user;

    @Option(names = "--password-file", paramLabel = "FILE", description = "A file with the user's password.")
    private @Nullable Path passwordFile;

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "A file with the token of bearer authentication.")
    private @Nullable Path tokenFile;

    @Option(
            names = "--tls-cert",
            paramLabel = "FILE",
            description = "The server's certificate in PEM, followed by those that lead to its root.")
    private @Nullable Path tlsCertificate;

    @Option(names = "--tls-key", paramLabel = "FILE", description = "Its private key in PEM (PKCS#8).")
    private @Nullable Path tlsKey;

    @Option(
            names = "--max-request-bytes",
            paramLabel = "N",
            defaultValue = "" + ServerSettings.DEFAULT_MAX_REQUEST_BYTES,
            description = "The largest state that is taken. By default 536870912, 512 MiB.")
    private int maxRequestBytes;

    @Option(
            names = "--trusted-proxy",
            paramLabel = "ADDRESS",
            description =
                    "A proxy, or a network of them such as 10.0.0.0/8, whose X-Forwarded-For names the client. Can be"
                            + " given several times.")
    private List<String> trustedProxies = new ArrayList<>();

    ServeCommand(Statelock root) {
        this.root = root;
    }

    @Override
    public Integer call() throws IOException, InterruptedException, ExecutionException {
        Thread.setDefaultUncaughtExceptionHandler(ServeCommand::uncaught);
        ServerSettings settings = settings();
        CompletableFuture<String> stop = Signals.first();
        try (StateBackend backend = root.openAny(root.store());
                HttpBackendServer server = start(settings, backend)) {
            String url = (settings.tls().isPresent() ? "https://" : "http://") + listen.host() + ":"
                    + server.address().getPort();
            root.output.result("Listening on " + url, Json.object().with("listening", url));
            warnOfOtherUsers(settings);
            ServiceManager.ready();
            String signal = stop.get();
            ServiceManager.stopping();
            root.output.note("Stopping on " + signal + ".", Json.object().with("stopping", signal));
            int cut = server.stop(GRACE);
            if (cut > 0) {
                root.output.note(
                        cut + " requests did not end within " + GRACE.toSeconds() + " s and were cut.",
                        Json.object().with("cut", cut));
            }
            return ExitCodes.DONE;
        }
    }

    /** Without memory this process would accept and never answer; a service manager starts it anew. Its locks are in the store. */
    private static void uncaught(Thread thread, Throwable e) {
        try {
            System.err.println("statelock: " + thread.getName() + " failed: " + e);
        } finally {
            if (e instanceof OutOfMemoryError) {
                Runtime.getRuntime().halt(ExitCodes.FAILURE);
            }
        }
    }

    private void warnOfOtherUsers(ServerSettings settings) {
        if (!settings.authentication().isRequired()) {
            String text = "Every user of this machine can read and change all states of the store here."
                    + " --user or --token-file asks for a password.";
            root.output.note(text, Json.object().with("note", text));
        }
    }

    private HttpBackendServer start(ServerSettings settings, StateBackend backend) throws IOException {
        try {
            return HttpBackendServer.start(settings, backend, new AccessLog(root.output));
        } catch (BindException e) {
            throw new FailureException(
                    "Cannot listen on " + listen.host() + ":" + listen.socket().getPort() + ": " + e.getMessage());
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
    }

    private ServerSettings settings() throws IOException {
        if (maxRequestBytes < 1 || maxRequestBytes == Integer.MAX_VALUE) {
            throw new UsageException("--max-request-bytes is from 1 to " + (Integer.MAX_VALUE - 1) + ".");
        }
        Authentication authentication = authentication();
        Optional<TlsFiles> tls = tls();
        if (!listen.isLoopback() && !(authentication.isRequired() && tls.isPresent())) {
            throw new UsageException(
                    listen.host()
                            + " can be reached from other machines. There the server listens only with authentication (--user and"
                            + " --password-file, or --token-file) and with TLS (--tls-cert and --tls-key): states have secrets.");
        }
        return new ServerSettings(listen.socket(), authentication, tls, strict, maxRequestBytes, trustedProxies);
    }

    private Authentication authentication() throws IOException {
        Authentication authentication = Authentication.none();
        Optional<String> password = secret(passwordFile, "STATELOCK_SERVE_PASSWORD");
        String name = user;
        if ((name != null) != password.isPresent()) {
            throw new UsageException("Basic authentication needs both: --user, and a password in --password-file or"
                    + " $STATELOCK_SERVE_PASSWORD.");
        }
        if (name != null) {
            if (name.isEmpty() || name.contains(":")) {
                throw new UsageException("--user is empty or has a colon, which basic authentication cannot send.");
            }
            authentication = authentication.orBasic(name, password.get());
        }
        Optional<String> token = secret(tokenFile, "STATELOCK_SERVE_TOKEN");
        return token.isPresent() ? authentication.orBearer(token.get()) : authentication;
    }

    /** A secret, without the line break at its end. An empty one is a mistake, and not one that everybody may know. */
    private static Optional<String> secret(@Nullable Path file, String variable) throws IOException {
        String text = file != null ? text(file) : System.getenv(variable);
        if (text == null) {
            return Optional.empty();
        }
        String secret = text.replaceFirst("\\R\\z", "");
        if (secret.isBlank()) {
            throw new UsageException((file != null ? file.toString() : "$" + variable) + " is empty.");
        }
        return Optional.of(secret);
    }

    private static String text(Path file) throws IOException {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (CharacterCodingException e) {
            throw new UsageException(file + " is no text in UTF-8.");
        }
    }

    private Optional<TlsFiles> tls() {
        Path certificate = tlsCertificate;
        Path key = tlsKey;
        if (certificate == null && key == null) {
            return Optional.empty();
        }
        if (certificate == null || key == null) {
            throw new UsageException("TLS needs both --tls-cert and --tls-key.");
        }
        return Optional.of(TlsFiles.of(certificate, key));
    }
}
