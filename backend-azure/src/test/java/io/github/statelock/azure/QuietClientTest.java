package io.github.statelock.azure;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.azure.core.http.jdk.httpclient.JdkHttpClientBuilder;
import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.BlobContainerClientBuilder;
import com.azure.storage.common.StorageSharedKeyCredential;
import io.github.statelock.StateKey;
import io.github.statelock.engine.EngineOptions;
import io.github.statelock.testkit.FaultProxy;
import io.github.statelock.testkit.WireFault;
import io.github.statelock.testkit.WireRequest;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Our own client logs nothing of what is everyday, such as 360 renewals an hour, in the program that it runs in. */
@Tag("real-time")
class QuietClientTest {

    private final TestContainer container = TestContainer.create();
    private final FaultProxy proxy = FaultProxy.inFrontOf(TestContainer.endpoint());
    private final String name = "quiet-" + UUID.randomUUID();
    private final CallThreads threads = new CallThreads(task -> {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    });
    private final StateKey key = StateKey.of("a");

    @AfterEach
    void close() {
        threads.close();
        proxy.close();
    }

    @Test
    void changesAndRequestsThatAreGivenUpLogNothing() {
        AzureClients clients = new AzureClients();
        clients.environment = Map.of();
        clients.container = container.name();
        clients.account = TestContainer.ACCOUNT;
        clients.accountKey = TestContainer.KEY;
        clients.endpoint = proxy.uri();
        Blobs blobs = blobs(clients.build(EngineOptions.builder().build(), threads), Duration.ofSeconds(60));
        String id = UUID.randomUUID().toString();
        blobs.create(key);
        blobs.acquireLease(key, id, 15, Optional.empty());
        blobs.renewLease(key, id);
        blobs.put(
                key,
                "state".getBytes(UTF_8),
                Map.of(),
                Optional.of(id),
                Optional.of(blobs.head(key, Optional.empty()).head().etag()));
        assertThat(new String(blobs.read(key).bytes(), UTF_8)).isEqualTo("state");
        blobs.releaseLease(key, id);

        Blobs impatient = blobs(clients.build(EngineOptions.builder().build(), threads), Duration.ofMillis(100));
        proxy.arm(WireFault.hang(), WireRequest.method("PUT"));
        assertThatThrownBy(() -> impatient.acquireLease(key, id, 15, Optional.empty()))
                .isInstanceOf(BlobFailure.class);
        proxy.assertFired();
        assertThat(RecordedLogs.ofThreads(name)).isEmpty();
    }

    @Test
    void controlTheSdksAdapterWarnsOfEachChange() {
        BlobContainerClient client = new BlobContainerClientBuilder()
                .endpoint(proxy.uri().toString())
                .containerName(container.name())
                .credential(new StorageSharedKeyCredential(TestContainer.ACCOUNT, TestContainer.KEY))
                .httpClient(new JdkHttpClientBuilder().build())
                .buildClient();
        blobs(SentOnce.client(client), Duration.ofSeconds(60)).create(key);
        assertThat(RecordedLogs.ofThreads(name)).anyMatch(event -> event.contains("restricted"));
    }

    private Blobs blobs(BlobContainerClient client, Duration timeout) {
        return new Blobs(client, "", timeout, timeout, threads);
    }
}
