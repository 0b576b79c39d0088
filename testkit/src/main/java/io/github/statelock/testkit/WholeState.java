package io.github.statelock.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.zip.CRC32;

/** States of some length that show whether they are whole. */
final class WholeState {

    private static final int FILLER = 64 << 10;

    private WholeState() {}

    static byte[] of(int serial) {
        String body = "{\"version\":4,\"serial\":" + serial
                + ",\"lineage\":\"3f0b1c2d-0000-4000-8000-000000000001\",\"outputs\":{\"filler\":\""
                + Character.toString('a' + serial % 26).repeat(FILLER + serial % 1000)
                + "\"},\"check\":\"";
        return (body + checksum(body) + "\"}").getBytes(UTF_8);
    }

    /** The serial of a whole state; anything else is torn. */
    static int serial(byte[] content) {
        String text = new String(content, UTF_8);
        int check = text.lastIndexOf("\"check\":\"") + "\"check\":\"".length();
        String body = text.substring(0, Math.max(0, check));
        if (!text.equals(body + checksum(body) + "\"}")) {
            throw new IllegalStateException("A torn state of " + content.length + " bytes");
        }
        int start = text.indexOf("\"serial\":") + "\"serial\":".length();
        return Integer.parseInt(text.substring(start, text.indexOf(',', start)));
    }

    private static String checksum(String body) {
        CRC32 crc = new CRC32();
        crc.update(body.getBytes(UTF_8));
        return Long.toHexString(crc.getValue());
    }
}
