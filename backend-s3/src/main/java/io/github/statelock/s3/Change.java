package io.github.statelock.s3;

import java.time.Duration;
import java.util.function.Function;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.core.SdkServiceClientConfiguration;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.retries.DefaultRetryStrategy;

/**
 * One change. It is sent once, whatever the client's own retries are: a client that repeats a conditional write on its own
 * would be refused by its own success and tell nobody. And it is known whether it was sent at all: what fails before, such as
 * for the want of credentials, is a {@link NotSentException}.
 */
final class Change implements ExecutionInterceptor {

    private volatile boolean sent;

    private Change() {}

    /** Sends a change, with what its request must carry. */
    static <T> T send(Duration timeout, Function<AwsRequestOverrideConfiguration, T> request) {
        Change change = new Change();
        AwsRequestOverrideConfiguration options = AwsRequestOverrideConfiguration.builder()
                .apiCallTimeout(timeout)
                .addPlugin(change::configure)
                .build();
        try {
            return request.apply(options);
        } catch (RuntimeException e) {
            throw change.sent ? e : new NotSentException(e);
        }
    }

    private void configure(SdkServiceClientConfiguration.Builder config) {
        config.overrideConfiguration(config.overrideConfiguration().toBuilder()
                .retryStrategy(DefaultRetryStrategy.doNotRetry())
                .addExecutionInterceptor(this)
                .build());
    }

    @Override
    public void beforeTransmission(Context.BeforeTransmission context, ExecutionAttributes attributes) {
        sent = true;
    }
}
