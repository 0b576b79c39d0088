package io.github.statelock.examples;

// tag::readme[]
import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.statelock.LockOptions;
import io.github.statelock.LockedState;
import io.github.statelock.StateBackend;
import io.github.statelock.StateBackends;
import java.net.URI;
import java.time.Duration;

final class Deploy {

    public static void main(String[] args) throws InterruptedException {
        // Or s3://states?dynamodb_table=locks, azblob://states@account, gs://states
        URI store = URI.create(args.length > 0 ? args[0] : "file:///tmp/statelock");
        LockOptions deploy = LockOptions.builder()
                .operation("deploy")
                .waitUpTo(Duration.ofMinutes(5))
                .build();

        try (StateBackend backend = StateBackends.open(store);
                LockedState state = backend.lock("prod/deploys", deploy)) {
            int deploys = state.read().map(now -> Integer.parseInt(now.utf8())).orElse(0);
            // Nobody else is in here. If this process dies, the next one gets the lock after 33 seconds.
            state.write(Integer.toString(deploys + 1).getBytes(UTF_8)); // refused by the store if anybody wrote since
        }
    }
}
// end::readme[]
