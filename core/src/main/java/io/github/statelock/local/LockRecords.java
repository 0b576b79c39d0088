package io.github.statelock.local;

import io.github.statelock.LockInfo;
import io.github.statelock.ObservedLock;
import io.github.statelock.StateCorruptException;
import io.github.statelock.StateKey;
import io.github.statelock.spi.LockProposal;
import io.github.statelock.spi.OwnedLock;
import io.github.statelock.terraform.LockFile;
import java.time.Duration;
import java.util.Optional;

/**
 * Lock records to bytes and back. A record's version is its lock ID and its beat: every renewal counts the beat up, and an
 * ID serves one acquisition only, so a version never comes again. Without lease the beat is absent and the ID is all.
 */
final class LockRecords {

    private static final char SEPARATOR = '/';

    private final Processes processes;

    LockRecords(Processes processes) {
        this.processes = processes;
    }

    /** A record to write, and the lock that it makes ours. */
    @SuppressWarnings("ArrayRecordComponent") // never compared, never changed
    record Written(OwnedLock lock, byte[] bytes) {}

    /** The record as others see it. One that cannot be read counts as held by somebody unknown. */
    ObservedLock observed(StateKey key, RawRecord record) {
        if (!record.oversized()) {
            try {
                return observed(key, LockFile.decode(record.bytes()));
            } catch (StateCorruptException e) {
                return unreadable(key, record);
            }
        }
        return unreadable(key, record);
    }

    private ObservedLock observed(StateKey key, LockFile file) {
        return new ObservedLock(
                key,
                Optional.of(file.info()),
                file.lease().map(lease -> Duration.ofMillis(lease.millis())),
                version(file),
                file.lease()
                        .flatMap(LockFile.Lease::process)
                        .map(processes::isGone)
                        .orElse(false));
    }

    private static ObservedLock unreadable(StateKey key, RawRecord record) {
        return new ObservedLock(key, Optional.empty(), Optional.empty(), record.fingerprint(), false);
    }

    /** The record of a lock that is taken now. */
    Written first(LockProposal proposal) {
        return written(proposal.key(), proposal.info(), proposal.lease(), 1);
    }

    /** The record of a lock that is ours, with the next beat. */
    Written next(OwnedLock lock) {
        String version = lock.version();
        long beat = lock.lease().isEmpty() ? 0 : Long.parseLong(version.substring(version.lastIndexOf(SEPARATOR) + 1));
        return written(lock.key(), lock.info(), lock.lease(), beat + 1);
    }

    private Written written(StateKey key, LockInfo info, Optional<Duration> lease, long beat) {
        LockFile file = new LockFile(
                info, lease.map(duration -> new LockFile.Lease(duration.toMillis(), beat, processes.self())));
        return new Written(new OwnedLock(key, info, lease, version(file)), file.encode());
    }

    private static String version(LockFile file) {
        String beat = file.lease().map(lease -> Long.toString(lease.beat())).orElse("");
        return file.info().id() + SEPARATOR + beat;
    }
}
