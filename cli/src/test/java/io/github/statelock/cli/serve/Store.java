package io.github.statelock.cli.serve;

import io.github.statelock.LockInfo;
import io.github.statelock.ObservedLock;
import io.github.statelock.StateBackend;
import io.github.statelock.StateKey;
import io.github.statelock.engine.DriverBackend;
import io.github.statelock.engine.EngineOptions;
import io.github.statelock.local.MemoryDrivers;
import io.github.statelock.testkit.FaultyDriver;
import io.github.statelock.testkit.FaultyStateDriver;
import io.github.statelock.testkit.ManualTicker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;

/** One store, and servers over it that come and go. What a test opens here ends with it. */
final class Store implements AutoCloseable {

    static final StateKey KEY = StateKey.of("prod/network.tfstate");
    static final String LINEAGE = "3f0b1c2d-0000-4000-8000-000000000001";
    static final InetSocketAddress ANY_PORT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    static final ServerSettings PLAIN = new ServerSettings(
            ANY_PORT,
            Authentication.none(),
            Optional.empty(),
            false,
            ServerSettings.DEFAULT_MAX_REQUEST_BYTES,
            List.of());

    final MemoryDrivers drivers = new MemoryDrivers();

    /** The clock of the servers' memory; the engines live in real time. */
    final ManualTicker ticker = new ManualTicker();

    /** Of the servers' memory. */
    ByteBudget budget = new ByteBudget(1 << 30);

    private final List<AutoCloseable> opened = new ArrayList<>();

    /** A process of its own, as far as the store can tell. */
    StateBackend other() {
        StateBackend backend = new DriverBackend(
                drivers.locks(), drivers.states(), EngineOptions.builder().build()) {};
        opened.add(backend);
        return backend;
    }

    Served serve() {
        return serve(PLAIN);
    }

    Served serve(ServerSettings settings) {
        return serve(settings, options -> options);
    }

    Served serve(ServerSettings settings, UnaryOperator<EngineOptions.Builder> tuning) {
        FaultyDriver locks = new FaultyDriver(drivers.locks());
        FaultyStateDriver states = new FaultyStateDriver(drivers.states());
        StateBackend backend = new DriverBackend(
                locks, states, tuning.apply(EngineOptions.builder()).build()) {};
        Served served = new Served(settings, backend, locks, states, ticker, budget);
        opened.add(served);
        return served;
    }

    static ServerSettings strict() {
        return new ServerSettings(ANY_PORT, Authentication.none(), Optional.empty(), true, 1 << 20, List.of());
    }

    static ServerSettings with(Authentication authentication) {
        return new ServerSettings(ANY_PORT, authentication, Optional.empty(), false, 1 << 20, List.of());
    }

    static ServerSettings atMost(int bytes) {
        return new ServerSettings(ANY_PORT, Authentication.none(), Optional.empty(), false, bytes, List.of());
    }

    Optional<ObservedLock> lock() {
        return drivers.locks().observe(KEY);
    }

    Optional<String> state() {
        return drivers.states().read(KEY).map(stored -> stored.state().utf8());
    }

    /** The client's lock info as Terraform makes it. */
    static LockInfo client() {
        return new LockInfo(
                UUID.randomUUID().toString(),
                "OperationTypeApply",
                "",
                "ci@runner",
                "1.12.6",
                Instant.parse("2026-01-02T03:04:05.678Z"),
                "");
    }

    static byte[] state(int serial, String output) {
        return ("{\"version\":4,\"serial\":" + serial + ",\"lineage\":\"" + LINEAGE + "\",\"outputs\":{\"o\":\""
                        + output + "\"},\"resources\":[]}")
                .getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        for (AutoCloseable one : opened) {
            try {
                one.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }

    static final Duration TURN_PATIENCE = Duration.ofMillis(300);
}
