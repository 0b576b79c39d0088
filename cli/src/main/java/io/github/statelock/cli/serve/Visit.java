package io.github.statelock.cli.serve;

import java.time.Instant;
import java.util.Optional;

/**
 * One request for the access log. It has no secrets: of the query only the lock's ID, and neither bodies nor credentials.
 *
 * @param time when it came
 * @param remote the client's address
 * @param method its method
 * @param path its path, still percent-encoded
 * @param status the answer's status
 * @param received how many bytes of its body were read
 * @param sent how many bytes the answer's body has
 * @param millis how long it took
 * @param lockId the lock that it named
 * @param reason why it was refused or what went wrong; empty where all went well
 * @param failure an exception that nobody expected
 */
public record Visit(
        Instant time,
        String remote,
        String method,
        String path,
        int status,
        long received,
        long sent,
        long millis,
        Optional<String> lockId,
        String reason,
        Optional<Throwable> failure) {}
