package io.github.statelock.terraform;

import io.github.statelock.LockInfo;
import io.github.statelock.StateCorruptException;
import java.nio.charset.StandardCharsets;

/**
 * Lock info as Terraform and OpenTofu write it: the JSON of Go's {@code encoding/json}, byte for byte. OpenTofu's unlock
 * on DynamoDB decodes a record, encodes it again and deletes on condition of those bytes, so any difference would make a
 * lock of ours impossible to break.
 *
 * <p>Stateless and safe for use by several threads.
 */
public final class LockInfoCodec {

    /** The longest lock info that is written: Azure keeps it as base64 in 8 KiB of metadata, and one limit serves all. */
    public static final int MAX_WRITE_BYTES = 4096;

    /** The longest lock record that is read. */
    public static final int MAX_READ_BYTES = 16_384;

    private LockInfoCodec() {}

    /**
     * The JSON with all seven keys, in Go's order and without white space. Control characters other than line feed,
     * carriage return and tab, and unpaired surrogates, are replaced by U+FFFD.
     *
     * @param info the lock info
     * @return the JSON in UTF-8
     * @throws IllegalArgumentException if it is longer than {@link #MAX_WRITE_BYTES}, or was created outside the years 0
     *     to 9999
     */
    public static byte[] encode(LockInfo info) {
        StringBuilder json = new StringBuilder(512);
        GoJson.appendString(json.append("{\"ID\":"), info.id());
        GoJson.appendString(json.append(",\"Operation\":"), info.operation());
        GoJson.appendString(json.append(",\"Info\":"), info.info());
        GoJson.appendString(json.append(",\"Who\":"), info.who());
        GoJson.appendString(json.append(",\"Version\":"), info.version());
        GoJson.appendString(json.append(",\"Created\":"), GoTime.format(info.created()));
        GoJson.appendString(json.append(",\"Path\":"), info.path());
        byte[] bytes = json.append('}').toString().getBytes(StandardCharsets.UTF_8);
        if (bytes.length > MAX_WRITE_BYTES) {
            throw new IllegalArgumentException("The lock info has " + bytes.length + " bytes as JSON, the most is "
                    + MAX_WRITE_BYTES + ": shorten its info, operation or who");
        }
        return bytes;
    }

    /**
     * Reads what any version of Terraform or OpenTofu, or this library, wrote. As in Go: keys in any order and case, the
     * last of duplicates counts, unknown keys are skipped, a missing key or null is an empty text or Go's zero time
     * 0001-01-01T00:00:00Z, and unpaired surrogates become U+FFFD.
     *
     * @param record the JSON in UTF-8
     * @return the lock info
     * @throws StateCorruptException if it is longer than {@link #MAX_READ_BYTES}, deeper than 16 levels, not UTF-8, not one
     *     JSON object, or one of the seven keys has a value that is no text or no time
     */
    public static LockInfo decode(byte[] record) {
        return LockRecordReader.read(record, false).info();
    }
}
