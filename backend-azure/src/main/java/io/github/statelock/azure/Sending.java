package io.github.statelock.azure;

import com.azure.core.http.HttpPipelineCallContext;
import com.azure.core.util.Context;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Whether a call has been handed to the HTTP client, told by the last policy before it. What fails before that was surely
 * not applied, whatever the failure's type: a key that cannot be decoded, a header that HTTP does not allow, a token that does
 * not come. A call that was given up before is never sent later. Safe for use by several threads.
 */
final class Sending {

    private static final String KEY = "statelock-sending";

    private enum Progress {
        PREPARING,
        SENT,
        GIVEN_UP
    }

    private final AtomicReference<Progress> progress = new AtomicReference<>(Progress.PREPARING);

    /** For the SDK, which hands it on to the policies. */
    Context context() {
        return new Context(KEY, this);
    }

    static Sending of(Context context) {
        return (Sending) context.getData(KEY).orElseThrow();
    }

    /** To be called by the last policy. */
    static void begin(HttpPipelineCallContext context) {
        context.getData(KEY).ifPresent(call -> ((Sending) call).begin());
    }

    /** Right before the HTTP client gets the request, on whichever thread. Throws if the caller has given up. */
    void begin() {
        if (!progress.compareAndSet(Progress.PREPARING, Progress.SENT) && progress.get() == Progress.GIVEN_UP) {
            throw new IllegalStateException("The request was given up before it was sent");
        }
    }

    /** The caller does not wait any more: whether the request may have been sent. If not, it never will be. */
    boolean giveUp() {
        return !progress.compareAndSet(Progress.PREPARING, Progress.GIVEN_UP);
    }
}
