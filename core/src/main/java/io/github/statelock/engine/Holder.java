package io.github.statelock.engine;

import io.github.statelock.LockInfo;
import io.github.statelock.LockOptions;
import io.github.statelock.StateKey;
import io.github.statelock.spi.LockDriver;
import io.github.statelock.spi.LockProposal;
import io.github.statelock.terraform.LockInfoCodec;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Instant;
import java.util.Properties;
import java.util.UUID;

/** What this process says of itself in a lock's record. */
final class Holder {

    private static final String VERSION = "statelock/" + version();
    private static final String WHO = System.getProperty("user.name", "unknown") + "@" + host();

    private Holder() {}

    /**
     * A proposal with an ID of its own.
     *
     * @throws IllegalArgumentException if the lock info is larger than a record may be
     */
    static LockProposal propose(LockDriver driver, StateKey key, LockOptions options, Ticker ticker) {
        String path = driver.lockPath(key);
        LockInfo info = options.recordedAs()
                .map(client -> ofClient(client, path))
                .orElseGet(() -> new LockInfo(
                        UUID.randomUUID().toString(),
                        options.operation(),
                        options.info(),
                        options.who().orElse(WHO),
                        VERSION,
                        Instant.ofEpochMilli(ticker.wallMillis()),
                        path));
        // As others will read it: characters that the format replaces are replaced here too.
        return new LockProposal(
                key,
                LockInfoCodec.decode(LockInfoCodec.encode(info)),
                options.lease(),
                options.recordedAs().isPresent());
    }

    private static LockInfo ofClient(LockInfo client, String path) {
        return new LockInfo(
                client.id(), client.operation(), client.info(), client.who(), client.version(), client.created(), path);
    }

    private static String host() {
        String name = System.getenv("HOSTNAME");
        if (name != null && !name.isBlank()) {
            return name;
        }
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }

    private static String version() {
        try (InputStream in = Holder.class.getResourceAsStream("version.properties")) {
            Properties properties = new Properties();
            if (in != null) {
                properties.load(in);
            }
            return properties.getProperty("version", "unknown");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
