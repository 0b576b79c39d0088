package io.github.statelock.cli.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.cli.Cli;
import io.github.statelock.cli.Cli.Running;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A folder, which OpenTofu reaches through {@code statelock serve} and the command line directly. */
final class HttpStore implements SharedStore {

    private static final Pattern LISTENING = Pattern.compile("Listening on (http://127\\.0\\.0\\.1:(\\d+))\\R");
    private static final String KEY = "prod/network.tfstate";
    private static final String PASSWORD = "a password";

    /** How the tools are told to lock. */
    enum Convention {
        /** LOCK and UNLOCK at the state's address, as where nothing is said of methods. */
        WEBDAV("", false),
        /** POST and DELETE at an address of the lock's own. */
        GITLAB("/lock", true),
        /** The same methods, but at the state's address. */
        GITLAB_AT_ONE_ADDRESS("", true);

        private final String lockSuffix;
        private final boolean postAndDelete;

        Convention(String lockSuffix, boolean postAndDelete) {
            this.lockSuffix = lockSuffix;
            this.postAndDelete = postAndDelete;
        }

        private Map<String, Object> methods() {
            return postAndDelete ? Map.of("lock_method", "POST", "unlock_method", "DELETE") : Map.of();
        }
    }

    private final Convention convention;
    private final Cli cli;
    private final String uri;
    private final String address;
    private final String port;
    private Running server;

    HttpStore(Path folder) throws IOException {
        this(folder, Convention.WEBDAV);
    }

    HttpStore(Path folder, Convention convention) throws IOException {
        this.convention = convention;
        uri = Files.createDirectories(folder).resolve("states").toUri().toString();
        cli = Cli.on(uri).with("STATELOCK_SERVE_PASSWORD", PASSWORD);
        server = serve("0");
        Matcher listening = LISTENING.matcher(server.out());
        assertThat(listening.find()).isTrue();
        address = listening.group(1);
        port = listening.group(2);
    }

    private Running serve(String onPort) {
        return cli.start("serve", "--listen", "127.0.0.1:" + onPort, "--user", "ci")
                .awaitOut("Listening on ")
                .awaitOut("\n");
    }

    /** Ends the server as a service manager does, and starts it anew at the same address. */
    void restart() {
        server.signal("TERM");
        server.result().exits(0);
        server = serve(port);
    }

    @Override
    public String backend() {
        return "http";
    }

    @Override
    public Map<String, Object> arguments() {
        return arguments(KEY);
    }

    /** What stands in the backend block for another state. */
    Map<String, Object> arguments(String key) {
        String state = address + "/" + key;
        String lock = state + convention.lockSuffix;
        Map<String, Object> arguments = new TreeMap<>(convention.methods());
        arguments.putAll(Map.of("address", state, "lock_address", lock, "unlock_address", lock));
        return arguments;
    }

    @Override
    public Map<String, String> environment() {
        return Map.of("TF_HTTP_USERNAME", "ci", "TF_HTTP_PASSWORD", PASSWORD);
    }

    @Override
    public String uri() {
        return uri;
    }

    @Override
    public String key() {
        return KEY;
    }

    @Override
    public String lease() {
        return "5s";
    }

    @Override
    public List<String> residue() {
        return Cli.on(uri).run("locks").exits(0).out().lines().toList();
    }

    /** Where the server is. */
    String address() {
        return address;
    }

    /** What the server has told about its requests. */
    String accessLog() {
        return server.err();
    }

    @Override
    public void close() {
        server.close();
    }
}
