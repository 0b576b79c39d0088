package io.github.statelock.azure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.azure.core.http.HttpMethod;
import com.azure.core.http.HttpRequest;
import com.azure.core.util.Context;
import io.github.statelock.HeldLock;
import io.github.statelock.LockOptions;
import io.github.statelock.StateKey;
import io.github.statelock.spi.EnvironmentProxies;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("real-time")
class CallThreadsTest {

    @Test
    void aRequestThatDoesNotEndIsGivenUpInTime() throws Exception {
        CountDownLatch interrupted = new CountDownLatch(1);
        try (CallThreads threads = new CallThreads()) {
            assertThatThrownBy(() -> threads.within(Duration.ofMillis(50), () -> {
                        try {
                            return new CountDownLatch(1).await(30, TimeUnit.SECONDS);
                        } catch (InterruptedException e) {
                            interrupted.countDown();
                            return false;
                        }
                    }))
                    .isInstanceOf(CallThreads.CallTimeoutException.class);
            assertThat(interrupted.await(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void whatARequestThrowsComesOutAsItIs() {
        try (CallThreads threads = new CallThreads()) {
            RuntimeException refused = new IllegalArgumentException("refused");
            assertThatThrownBy(() -> threads.within(Duration.ofSeconds(5), () -> {
                        throw refused;
                    }))
                    .isSameAs(refused);
        }
    }

    @Test
    void aClientsWorkIsDoneWithoutAThreadWhereNoneCanBeHad() {
        try (CallThreads threads = new CallThreads(task -> new Thread(task) {
            @Override
            public synchronized void start() {
                throw new OutOfMemoryError("unable to create native thread");
            }
        })) {
            AtomicReference<Thread> worker = new AtomicReference<>();
            threads.executor().execute(() -> worker.set(Thread.currentThread()));
            assertThat(worker).hasValue(Thread.currentThread());
        }
    }

    /** A client that lost its own thread to such a failure would answer nothing any more. */
    @Test
    void aClientOutlivesThatNoThreadCouldBeStarted() {
        TestContainer container = TestContainer.create();
        AtomicBoolean none = new AtomicBoolean();
        try (CallThreads threads = new CallThreads(task -> new Thread(task) {
            @Override
            public synchronized void start() {
                if (none.get()) {
                    throw new OutOfMemoryError("unable to create native thread");
                }
                super.start();
            }
        })) {
            HttpClient client =
                    JdkTransport.client(Duration.ofSeconds(30), threads.executor(), EnvironmentProxies.of(Map.of()));
            JdkTransport transport = new JdkTransport(client, Duration.ofSeconds(60));
            HttpRequest request = new HttpRequest(HttpMethod.GET, TestContainer.endpoint() + "/" + container.name());
            none.set(true);
            assertThat(transport.sendSync(request, Context.NONE).getStatusCode())
                    .isPositive();
            none.set(false);
            assertThat(transport.sendSync(request, Context.NONE).getStatusCode())
                    .isPositive();
        }
    }

    /** The SDK's own timeout runs calls on a shared pool that the HTTP client needs too: these would wait for each other. */
    @Test
    void manyLocksAreTakenAtOnceByABackendsOwnClient() throws Exception {
        TestContainer container = TestContainer.create();
        ExecutorService callers = Executors.newCachedThreadPool();
        try (AzureBackend backend = AzureBackend.builder()
                .endpoint(TestContainer.endpoint())
                .container(container.name())
                .accountKey(TestContainer.KEY)
                .build()) {
            List<Future<HeldLock>> locks = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                StateKey key = StateKey.of("many/" + i);
                locks.add(callers.submit(() -> backend.locks().acquire(key, LockOptions.operation("many"))));
            }
            for (Future<HeldLock> lock : locks) {
                lock.get(30, TimeUnit.SECONDS).ensureHeld();
            }
            assertThat(backend.locks().list("many/")).hasSize(60);
        } finally {
            callers.shutdownNow();
        }
    }
}
