package io.github.statelock.testkit;

import io.github.statelock.testkit.TestServer.Origin;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command line of each local server. */
final class LocalServers {

    private static final String LOOPBACK = "127.0.0.1";

    private LocalServers() {}

    static TestServer start(ServerKind kind) {
        ServerProcess process = ServerProcess.start(kind.serverName(), command(kind));
        return new TestServer(URI.create("http://" + LOOPBACK + ":" + process.port() + kind.path()), Origin.PROCESS);
    }

    private static ServerProcess.Command command(ServerKind kind) {
        return switch (kind) {
            case DYNAMODB -> dynamoDbLocal(ServerFolder.require("dynamodb-local"));
            case S3 -> s3Mock(ServerFolder.require("s3mock.jar"));
            case S3_VERSIONING -> s3Proxy(ServerFolder.require("s3proxy.jar"));
            case AZURE -> azurite(ServerInstall.azurite());
            case GCS -> gcsEmulator(ServerInstall.gcsEmulator());
            case GCS_SECOND -> fakeGcsServer(ServerInstall.fakeGcsServer());
        };
    }

    /** It has no option for the address it binds, and binds them all. */
    private static ServerProcess.Command dynamoDbLocal(Path jars) {
        return (port, folder) -> java(
                folder,
                "-Dsqlite4java.library.path=" + jars,
                "-cp",
                jars + "/*",
                "software.amazon.dynamodb.services.local.main.ServerRunner",
                "-inMemory",
                "-sharedDb",
                "-disableTelemetry",
                "-port",
                Integer.toString(port));
    }

    /** One request thread: with more, a conditional write is not atomic and a race has several winners. */
    private static ServerProcess.Command s3Mock(Path jar) {
        return (port, folder) -> java(
                folder,
                "-jar",
                jar.toString(),
                "--server.address=" + LOOPBACK,
                "--server.ssl.enabled=false",
                "--server.port=" + port,
                "--com.adobe.testing.s3mock.httpPort=0",
                "--server.tomcat.threads.max=1",
                "--server.tomcat.threads.min-spare=1");
    }

    private static ServerProcess.Command s3Proxy(Path jar) {
        return (port, folder) -> {
            Path properties = folder.resolve("s3proxy.properties");
            write(
                    properties,
                    List.of(
                            "s3proxy.endpoint=http://" + LOOPBACK + ":" + port,
                            "s3proxy.authorization=none",
                            "jclouds.provider=transient-nio2",
                            "jclouds.identity=test",
                            "jclouds.credential=test"));
            return java(folder, "-jar", jar.toString(), "--properties", properties.toString());
        };
    }

    private static ServerProcess.Command azurite(Path main) {
        return (port, folder) -> List.of(
                "node",
                main.toString(),
                "--blobHost",
                LOOPBACK,
                "--blobPort",
                Integer.toString(port),
                "--inMemoryPersistence",
                "--silent",
                "--disableTelemetry",
                "--skipApiVersionCheck");
    }

    private static ServerProcess.Command gcsEmulator(Path program) {
        return (port, folder) ->
                List.of(program.toString(), "-host", LOOPBACK, "-port", Integer.toString(port), "-verbose=false");
    }

    /** Under its public host alone it answers downloads at the paths of the XML API, as Google's client for Go asks for them. */
    private static ServerProcess.Command fakeGcsServer(Path program) {
        return (port, folder) -> List.of(
                program.toString(),
                "-scheme",
                "http",
                "-host",
                LOOPBACK,
                "-port",
                Integer.toString(port),
                "-public-host",
                LOOPBACK + ":" + port,
                "-backend",
                "memory",
                "-log-level",
                "warn");
    }

    private static List<String> java(Path folder, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx768m",
                "-Djava.io.tmpdir=" + folder));
        command.addAll(List.of(arguments));
        return command;
    }

    private static void write(Path file, List<String> lines) {
        try {
            Files.write(file, lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
