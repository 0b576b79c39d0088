package io.github.statelock.examples.backend;

import io.github.statelock.WriteCondition;
import java.io.IOException;
import java.net.ConnectException;
import java.util.List;
import java.util.Optional;

/**
 * What a backend needs of a service: objects with a version that is new after every change, strongly consistent reads, and changes
 * that the service itself applies on condition of a version, or not at all.
 *
 * <p>Every method throws {@link ConnectException} if the request was surely not sent, and another {@link IOException} if its answer
 * is missing: it may have been applied. The client behind it must not repeat requests by itself.
 */
interface ObjectService {

    /**
     * An object.
     *
     * @param tag a short text beside the content, as metadata can keep it; empty for none
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Found(byte[] content, String version, String tag) {}

    Optional<Found> get(String name) throws IOException;

    /** The new version; empty if the condition does not hold, and nothing was changed. */
    Optional<String> put(String name, byte[] content, String tag, WriteCondition condition) throws IOException;

    /** Whether the object is gone; false if the condition does not hold, and nothing was changed. */
    boolean delete(String name, WriteCondition condition) throws IOException;

    /** The names that begin with a prefix, all pages. */
    List<String> list(String prefix) throws IOException;
}
