package io.github.statelock.cli.serve;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.github.statelock.LockInfo;
import io.github.statelock.StateCorruptException;
import io.github.statelock.terraform.LockInfoCodec;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;

/** A lock info that came as a body. */
final class LockInfoBody {

    static final int MOST_BYTES = LockInfoCodec.MAX_READ_BYTES;

    /** What both clients always write in it, and none has in a state file. */
    private static final Set<String> FIELDS = Set.of("ID", "Operation", "Who", "Created");

    private static final JsonFactory JSON = new JsonFactory();

    private LockInfoBody() {}

    static LockInfo decode(byte[] body) {
        try {
            LockInfo info = LockInfoCodec.decode(body);
            Target.validId(info.id());
            return info;
        } catch (StateCorruptException e) {
            throw new Refusal(400, "The body is no lock info: " + e.getMessage());
        }
    }

    /**
     * Whether a body that could be a state is a lock info: a client that is configured to lock with POST sends it to the
     * state's own address. Its size does not count, or a long one would be stored as a state.
     */
    static boolean isOne(byte[] body) {
        Set<String> names = new HashSet<>();
        try (JsonParser parser = JSON.createParser(body)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return false;
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                if (name.equals("version") || name.equals("serial")) {
                    return false; // a state file, which has them at its beginning
                }
                if (FIELDS.contains(name)) {
                    names.add(name);
                }
                parser.nextToken();
                parser.skipChildren();
            }
        } catch (IOException e) {
            return false;
        }
        return names.equals(FIELDS);
    }
}
