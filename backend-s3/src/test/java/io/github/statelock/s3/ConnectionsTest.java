package io.github.statelock.s3;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.github.statelock.engine.EngineOptions;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.services.s3.S3Client;

class ConnectionsTest {

    /** By default the SDK's client has 50. */
    @Test
    void aClientOfOursHasAConnectionForEveryRequestOfTheEngine() throws Exception {
        int most = EngineOptions.builder().maxRequestsInFlight(20).build().maxConnections();
        assertThat(most).isGreaterThan(50);
        CountDownLatch arrived = new CountDownLatch(most);
        CountDownLatch answers = new CountDownLatch(1);
        ExecutorService threads = Executors.newCachedThreadPool();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), most);
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            arrived.countDown();
            try {
                answers.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            exchange.sendResponseHeaders(404, -1);
            exchange.close();
        });
        server.start();
        URI endpoint = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
        StaticCredentialsProvider credentials =
                StaticCredentialsProvider.create(AwsBasicCredentials.create("user", "password"));
        try (S3Client client =
                S3Clients.s3(new S3Clients.Account("us-east-1", credentials, false), endpoint, true, most)) {
            for (int i = 0; i < most; i++) {
                threads.submit(() ->
                        client.headObject(request -> request.bucket("bucket").key("key")));
            }
            assertThat(arrived.await(60, TimeUnit.SECONDS)).isTrue();
            answers.countDown();
        } finally {
            answers.countDown();
            server.stop(0);
            threads.shutdownNow();
        }
    }
}
