package io.github.statelock;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.StatelockException.Kind;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class StatelockExceptionTest {

    private static final StateKey KEY = StateKey.of("key");
    private static final ObservedLock HOLDER =
            new ObservedLock(KEY, Optional.empty(), Optional.empty(), "version", false);

    private record Example(StatelockException exception, Kind kind) {}

    private static List<Example> examples() {
        IOException cause = new IOException("reset");
        return List.of(
                new Example(new LockHeldException(HOLDER, Duration.ZERO), Kind.HELD),
                new Example(new LockLostException(KEY, "id", "it was forced"), Kind.LOST),
                new Example(new LockIdMismatchException("id", HOLDER, "a hint"), Kind.CONFLICT),
                new Example(
                        new StateConflictException(KEY, Optional.empty(), Optional.of(new StateVersion("2"))),
                        Kind.CONFLICT),
                new Example(new StaleSerialException("serial 3 is lower than 4"), Kind.CONFLICT),
                new Example(new BackendDeniedException("no s3:PutObject", cause), Kind.DENIED),
                new Example(new BackendUnavailableException("no route", cause), Kind.UNREACHABLE),
                new Example(new BackendMisconfiguredException("no such bucket", cause), Kind.MISCONFIGURED),
                new Example(new StateCorruptException("digest differs", cause), Kind.CORRUPT),
                new Example(new OutcomeUnknownException("no answer", cause), Kind.OUTCOME_UNKNOWN),
                new Example(new OutcomeUnknownException("no answer", "id", cause), Kind.OUTCOME_UNKNOWN));
    }

    @ParameterizedTest
    @MethodSource("examples")
    void eachClassHasItsKind(Example example) {
        assertThat(example.exception().kind()).isEqualTo(example.kind());
    }

    @ParameterizedTest
    @MethodSource("examples")
    void eachSurvivesSerialization(Example example) throws Exception {
        StatelockException before = example.exception();
        StatelockException after = copy(before);
        assertThat(after).hasSameClassAs(before).hasMessage(before.getMessage());
        assertThat(after.kind()).isEqualTo(example.kind());
        assertThat(after.problem()).isEqualTo(before.problem());
    }

    @Test
    void theExamplesAreAllClassesAndAllKinds() {
        Set<Class<?>> classes =
                examples().stream().map(e -> e.exception().getClass()).collect(Collectors.toSet());
        assertThat(classes).isEqualTo(Set.copyOf(List.of(StatelockException.class.getPermittedSubclasses())));
        assertThat(examples()).extracting(Example::kind).containsAll(EnumSet.allOf(Kind.class));
    }

    @Test
    void allAreFinalSoThatASwitchOverThemIsComplete() {
        assertThat(Stream.of(StatelockException.class.getPermittedSubclasses()))
                .allMatch(c -> java.lang.reflect.Modifier.isFinal(c.getModifiers()));
    }

    @Test
    void aConflictNamesBothVersions() {
        StateConflictException changed = new StateConflictException(
                KEY, Optional.of(new StateVersion("one")), Optional.of(new StateVersion("t\u001bwo")));
        assertThat(changed).hasMessageContaining("expected version one, found version t\ufffdwo");
        StateConflictException deleted =
                new StateConflictException(KEY, Optional.of(new StateVersion("one")), Optional.empty());
        assertThat(deleted).hasMessageContaining("expected version one, found no state");
        assertThat(deleted.expected()).contains(new StateVersion("one"));
        assertThat(deleted.actual()).isEmpty();
    }

    @Test
    void aMismatchNamesTheRequestedIdAndTheHolder() {
        assertThat(new LockIdMismatchException("mine", HOLDER, "It takes a generation."))
                .hasMessageContaining(
                        "\"mine\"; nothing was changed.\nThe lock's record is unreadable; its version is version.")
                .hasMessageEndingWith(
                        "\nIt takes a generation. If you are sure that the holder is dead, free the lock with"
                                + " forceUnlock(\"" + KEY + "\", \"version\").");
        LockInfo info = new LockInfo("id", "apply", "", "who", "1", Instant.EPOCH, "path");
        ObservedLock readable = new ObservedLock(KEY, Optional.of(info), Optional.empty(), "v", false);
        assertThat(new LockIdMismatchException("mine", readable, "It takes a generation."))
                .hasMessageContaining("nothing was changed. It takes a generation.\nLock Info:")
                .extracting(StatelockException::remedies)
                .isEqualTo(List.of());
        assertThat(new LockIdMismatchException("mine", readable, "").getMessage())
                .contains("\n  ID:        id\n")
                .doesNotMatch("(?s).*\\s");
    }

    @Test
    void anUnknownOutcomeOfALockNamesTheId() throws Exception {
        assertThat(copy(new OutcomeUnknownException("no answer", "id", null)).lockId())
                .contains("id");
        assertThat(new OutcomeUnknownException("no answer", null).lockId()).isEmpty();
        assertThat(copy(new LockLostException(KEY, "id", "forced")).lockId()).isEqualTo("id");
    }

    @SuppressWarnings({"unchecked", "BanSerializableRead"}) // what was just written
    private static <T> T copy(T exception) throws IOException, ClassNotFoundException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(exception);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            return (T) in.readObject();
        }
    }
}
