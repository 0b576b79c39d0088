package io.github.statelock.gcs;

import com.google.api.client.http.javanet.NetHttpTransport;
import com.google.auth.http.HttpTransportFactory;
import com.google.cloud.NoCredentials;
import com.google.cloud.ServiceOptions;
import com.google.cloud.http.HttpTransportOptions;
import com.google.cloud.storage.Storage;
import com.google.cloud.storage.StorageOptions;
import io.github.statelock.testkit.FaultProxy;
import java.time.Duration;
import java.util.function.Consumer;

/** The Google client as a caller may hand it in. */
@SuppressWarnings("ImmutableEnumChecker") // the consumers have no state
enum CallersClient {
    AS_IT_COMES(options -> {}),
    WITH_ATTEMPTS_SET(options -> options.setRetrySettings(ServiceOptions.getDefaultRetrySettings().toBuilder()
            .setInitialRetryDelayDuration(Duration.ofMillis(200))
            .setMaxAttempts(3)
            .build())),
    WITH_ITS_OWN_TRANSPORT(options -> options.setTransportOptions(over(NetHttpTransport::new))),
    WITH_A_TRANSPORT_THAT_REPEATS(options -> options.setTransportOptions(over(RepeatingTransport::new)));

    private final Consumer<StorageOptions.Builder> settings;

    CallersClient(Consumer<StorageOptions.Builder> settings) {
        this.settings = settings;
    }

    private static HttpTransportOptions over(HttpTransportFactory transports) {
        return HttpTransportOptions.newBuilder()
                .setHttpTransportFactory(transports)
                .build();
    }

    Storage at(FaultProxy proxy) {
        return at(proxy, options -> {});
    }

    Storage at(FaultProxy proxy, Consumer<StorageOptions.Builder> more) {
        StorageOptions.Builder options = StorageOptions.http()
                .setHost(proxy.uri().toString())
                .setCredentials(NoCredentials.getInstance())
                .setProjectId("test");
        settings.accept(options);
        more.accept(options);
        return options.build().getService();
    }
}
