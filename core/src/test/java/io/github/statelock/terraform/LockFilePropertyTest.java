package io.github.statelock.terraform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.github.statelock.StateCorruptException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Properties over seeded records; a failure names its seed. */
@Tag("slow")
class LockFilePropertyTest {

    private static final int RECORDS = 10_000;
    private static final int FUZZED = 40_000;

    @Test
    void decodingIsTheInverseOfEncoding() {
        for (int seed = 0; seed < RECORDS; seed++) {
            LockFile file = new RandomLockFiles(seed).next();
            byte[] bytes = file.encode();

            assertThat(LockFile.decode(bytes)).as("seed %d", seed).isEqualTo(file);
            assertThat(LockFile.decode(bytes).encode()).as("seed %d", seed).isEqualTo(bytes);
            assertThat(LockInfoCodec.decode(bytes)).as("seed %d", seed).isEqualTo(file.info());
        }
    }

    @Test
    void randomBytesAreRefusedAsCorrupt() {
        int refused = fuzz(random -> {
            byte[] bytes = new byte[random.nextInt(200)];
            random.nextBytes(bytes);
            return bytes;
        });

        assertThat(refused).isEqualTo(FUZZED);
    }

    @Test
    void randomJsonPiecesAreReadOrRefusedAsCorrupt() {
        String[] pieces = {
            "{",
            "}",
            "[",
            "]",
            ":",
            ",",
            "\"",
            "\\",
            "\\u",
            "d800",
            "null",
            "true",
            "1e9999",
            "-",
            "0",
            "99999999999999999999",
            "\"ID\":",
            "\"Created\":",
            "\"Lease\":{",
            "\"Millis\":",
            "\"Beat\":",
            "\"x\"",
            "\"2026-01-02T03:04:05Z\"",
            " ",
        };
        int refused = fuzz(random -> {
            StringBuilder json = new StringBuilder("{");
            for (int count = random.nextInt(30); count > 0; count--) {
                json.append(pieces[random.nextInt(pieces.length)]);
            }
            return utf8(json.toString());
        });

        assertThat(refused).isBetween(FUZZED / 2, FUZZED - 1);
    }

    @Test
    void mutatedRecordsAreReadOrRefusedAsCorrupt() {
        int refused = fuzz(
                random -> mutate(new RandomLockFiles(random.nextLong()).next().encode(), random));

        assertThat(refused).isBetween(FUZZED / 10, FUZZED - 1);
    }

    private interface Source {
        byte[] next(Random random);
    }

    /** Decodes made-up records; how many were refused. Anything but a value or a corrupt-record error fails. */
    private static int fuzz(Source source) {
        int[] refused = {0};
        Executable all = () -> {
            for (int seed = 0; seed < FUZZED; seed++) {
                byte[] record = source.next(new Random(seed));
                refused[0] += isRefused(seed, record) ? 1 : 0;
            }
        };
        assertTimeoutPreemptively(Duration.ofMinutes(1), all);
        return refused[0];
    }

    private static boolean isRefused(int seed, byte[] record) {
        try {
            LockFile.decode(record);
            LockInfoCodec.decode(record);
            return false;
        } catch (StateCorruptException e) {
            return true;
        } catch (RuntimeException | Error e) {
            throw new AssertionError(
                    "seed " + seed + ", record " + Base64.getEncoder().encodeToString(record), e);
        }
    }

    private static byte[] mutate(byte[] record, Random random) {
        byte[] mutant = record;
        for (int count = 1 + random.nextInt(3); count > 0; count--) {
            int at = mutant.length < 2 ? 0 : random.nextInt(1, mutant.length);
            mutant = switch (random.nextInt(6)) {
                case 0 -> Arrays.copyOf(mutant, Math.max(1, at));
                case 1 -> spliced(mutant, at, 1, new byte[] {(byte) random.nextInt(256)});
                case 2 -> spliced(mutant, at, 1, new byte[0]);
                case 3 -> spliced(mutant, 1, 0, utf8("\"Other\":" + "[{\"a\":".repeat(random.nextInt(2_500))));
                case 4 -> spliced(mutant, 1, 0, utf8("\"Other\":-" + "9".repeat(random.nextInt(16_000)) + ","));
                default -> spliced(mutant, at, 0, Arrays.copyOfRange(mutant, at / 2, at));
            };
        }
        return mutant;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] spliced(byte[] record, int at, int removed, byte[] inserted) {
        int end = Math.min(record.length, at + removed);
        byte[] result = Arrays.copyOf(record, at + inserted.length + record.length - end);
        System.arraycopy(inserted, 0, result, at, inserted.length);
        System.arraycopy(record, end, result, at + inserted.length, record.length - end);
        return result;
    }
}
