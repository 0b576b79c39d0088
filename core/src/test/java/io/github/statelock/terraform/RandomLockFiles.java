package io.github.statelock.terraform;

import io.github.statelock.LockInfo;
import io.github.statelock.terraform.LockFile.Lease;
import java.time.Instant;
import java.util.Optional;
import java.util.Random;

/** Lock files from a seed, with the characters that codecs stumble over; each can be written and read. */
final class RandomLockFiles {

    private static final long FIRST_SECOND =
            Instant.parse("0000-01-01T00:00:00Z").getEpochSecond();
    private static final long LAST_SECOND =
            Instant.parse("9999-12-31T23:59:59Z").getEpochSecond();
    private static final String SPECIAL = "<>&\"\\/\n\r\t\u2028\u2029\ufffd\u007f\u0085\ufeff\u0301";

    private final Random random;

    RandomLockFiles(long seed) {
        this.random = new Random(seed);
    }

    LockFile next() {
        return new LockFile(info(), random.nextBoolean() ? Optional.of(lease()) : Optional.empty());
    }

    private LockInfo info() {
        return new LockInfo(text(), text(), text(), text(), text(), created(), text());
    }

    private Lease lease() {
        Optional<String> process = random.nextBoolean() ? Optional.of(text()) : Optional.empty();
        long beat = random.nextLong() >>> (1 + random.nextInt(63));
        return new Lease(random.nextLong(1, Lease.MAX_MILLIS + 1), beat, process);
    }

    private Instant created() {
        long second = random.nextLong(FIRST_SECOND, LAST_SECOND + 1);
        int unit = (int) Math.pow(10, random.nextInt(10));
        int nanos = random.nextInt(1_000_000_000);
        return Instant.ofEpochSecond(second, nanos - nanos % unit);
    }

    private String text() {
        StringBuilder text = new StringBuilder();
        for (int length = random.nextInt(60); length > 0; length--) {
            text.appendCodePoint(codePoint());
        }
        return text.toString();
    }

    private int codePoint() {
        return switch (random.nextInt(5)) {
            case 0 -> SPECIAL.charAt(random.nextInt(SPECIAL.length()));
            case 1 -> random.nextInt(0x7F, 0xD800);
            case 2 -> random.nextInt(0xE000, 0x110000);
            default -> random.nextInt(' ', 0x7F);
        };
    }
}
