package io.github.statelock.s3;

import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpConfigurationOption;
import software.amazon.awssdk.http.SdkHttpService;
import software.amazon.awssdk.utils.AttributeMap;

/**
 * The SDK's HTTP client with as many connections as the engine has requests. By default it has 50, and a renewal would wait for
 * one behind the requests of those who want a lock.
 */
final class Connections implements SdkHttpClient.Builder<Connections> {

    private final SdkHttpClient.Builder<?> client;
    private final AttributeMap most;

    private Connections(SdkHttpClient.Builder<?> client, int most) {
        this.client = client;
        this.most = AttributeMap.builder()
                .put(SdkHttpConfigurationOption.MAX_CONNECTIONS, most)
                .build();
    }

    /** Empty where the class path has several HTTP clients: which one counts, the SDK decides. */
    static Optional<Connections> atMost(int most) {
        List<SdkHttpService> found = ServiceLoader.load(SdkHttpService.class).stream()
                .map(ServiceLoader.Provider::get)
                .toList();
        return found.size() == 1
                ? Optional.of(new Connections(found.get(0).createHttpClientBuilder(), most))
                : Optional.empty();
    }

    @Override
    public SdkHttpClient buildWithDefaults(AttributeMap defaults) {
        return client.buildWithDefaults(most.merge(defaults));
    }
}
