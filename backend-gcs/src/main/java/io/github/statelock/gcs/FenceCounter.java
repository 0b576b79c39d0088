package io.github.statelock.gcs;

import com.google.cloud.storage.BlobInfo;
import com.google.cloud.storage.Storage.BlobField;
import com.google.cloud.storage.Storage.BlobGetOption;
import io.github.statelock.BackendUnavailableException;
import io.github.statelock.StateCorruptException;
import io.github.statelock.StateKey;
import io.github.statelock.spi.FenceOutcome;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The counter of fencing tokens of a key: an object with a decimal number, replaced on condition of its generation. */
final class FenceCounter {

    private static final BlobGetOption GENERATION = BlobGetOption.fields(BlobField.NAME, BlobField.GENERATION);

    private final GcsObjects objects;

    FenceCounter(GcsObjects objects) {
        this.objects = objects;
    }

    /** Reads the counter and raises it by one. A number that is drawn twice would need two writes on one generation. */
    FenceOutcome draw(StateKey key) {
        String name = objects.names().fence(key);
        Optional<BlobInfo> counter = objects.get(name, GENERATION);
        Optional<byte[]> number = counter.flatMap(objects::content);
        if (counter.isPresent() && number.isEmpty()) {
            return drawnByAnother();
        }
        long token = number.map(bytes -> parse(name, bytes)).orElse(0L) + 1;
        byte[] next = Long.toString(token).getBytes(StandardCharsets.US_ASCII);
        BlobInfo object = objects.object(name).setContentType("text/plain").build();
        Answer<BlobInfo> answer = counter.isPresent()
                ? objects.replace(counter.get().getGeneration(), object, next)
                : objects.create(object, next);
        if (answer instanceof Answer.Done<BlobInfo>) {
            return new FenceOutcome.Drawn(token);
        }
        return answer instanceof Answer.Unknown<BlobInfo> unknown
                ? new FenceOutcome.Unknown(unknown.cause())
                : drawnByAnother();
    }

    private static FenceOutcome drawnByAnother() {
        return new FenceOutcome.Unknown(
                new BackendUnavailableException("Another holder drew a fencing token at the same time", null));
    }

    private long parse(String name, byte[] bytes) {
        String text = new String(bytes, StandardCharsets.US_ASCII).strip();
        if (!text.matches("[0-9]{1,18}")) {
            throw new StateCorruptException(
                    "The fence counter " + objects.names().uri(name)
                            + " is not a number. Write into it a number higher than"
                            + " every token that was ever drawn.",
                    null);
        }
        return Long.parseLong(text);
    }
}
