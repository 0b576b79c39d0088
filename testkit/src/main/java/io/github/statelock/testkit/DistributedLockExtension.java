package io.github.statelock.testkit;

import io.github.statelock.HeldLock;
import io.github.statelock.LockHeldException;
import io.github.statelock.LockLostException;
import io.github.statelock.LockOptions;
import io.github.statelock.StateBackend;
import io.github.statelock.StateBackends;
import io.github.statelock.StateKey;
import io.github.statelock.StatelockException;
import java.lang.reflect.AnnotatedElement;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** Takes and releases the locks of {@link DistributedLock}. Without state of its own: all is in JUnit's stores. */
final class DistributedLockExtension
        implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback {

    static final String STORE_PARAMETER = "statelock.test.store";
    static final String STORE_VARIABLE = "STATELOCK_STORE";

    private static final ExtensionContext.Namespace NAMESPACE =
            ExtensionContext.Namespace.create(DistributedLockExtension.class);

    DistributedLockExtension() {}

    /** The locks of one class or method, the last taken first. */
    private static final class Taken {

        private final Deque<HeldLock> locks = new ArrayDeque<>();

        /** What is wrong if a lock is lost. */
        Optional<AssertionError> loss(String test) {
            for (HeldLock lock : locks) {
                try {
                    lock.ensureHeld();
                } catch (LockLostException e) {
                    return Optional.of(new AssertionError(
                            "The lock \"" + lock.key() + "\" was lost while " + test
                                    + " ran, so that somebody else may have been at work: " + e.getMessage(),
                            e));
                }
            }
            return Optional.empty();
        }

        /** Releases all of them, also when one of them fails; that is told besides an earlier failure, or thrown. */
        void release(Optional<Throwable> failure) {
            HeldLock lock = locks.poll();
            if (lock == null) {
                return;
            }
            try (HeldLock closing = lock) {
                release(failure);
            } catch (StatelockException e) {
                failure.orElseThrow(() -> e).addSuppressed(e);
            }
        }
    }

    @Override
    public void beforeAll(ExtensionContext context) throws InterruptedException {
        take(context, context.getRequiredTestClass());
    }

    @Override
    public void beforeEach(ExtensionContext context) throws InterruptedException {
        loss(context).ifPresent(loss -> {
            throw loss;
        });
        take(context, context.getRequiredTestMethod());
    }

    @Override
    public void afterEach(ExtensionContext context) {
        end(context);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        end(context);
    }

    private static void end(ExtensionContext context) {
        Optional<AssertionError> loss = loss(context);
        Taken taken = context.getStore(NAMESPACE).remove(context.getUniqueId(), Taken.class);
        if (taken != null) {
            taken.release(loss.<Throwable>map(e -> e).or(context::getExecutionException));
        }
        loss.ifPresent(e -> {
            throw e;
        });
    }

    private static void take(ExtensionContext context, AnnotatedElement element) throws InterruptedException {
        List<DistributedLock> wanted =
                AnnotationSupport.findRepeatableAnnotations(element, DistributedLock.class).stream()
                        .sorted(Comparator.comparing(DistributedLock::value))
                        .toList();
        Taken taken = new Taken();
        try {
            for (DistributedLock lock : wanted) {
                if (!isHeldAlready(context, lock.value()) && !has(taken, lock.value())) {
                    taken.locks.push(acquire(context, lock));
                }
            }
        } catch (InterruptedException | RuntimeException | Error e) {
            taken.release(Optional.of(e));
            throw e;
        }
        context.getStore(NAMESPACE).put(context.getUniqueId(), taken);
    }

    private static HeldLock acquire(ExtensionContext context, DistributedLock lock) throws InterruptedException {
        Duration wait = Durations.parse(lock.waitUpTo());
        LockOptions options = LockOptions.builder()
                .operation("test")
                .info(context.getUniqueId())
                .lease(Durations.parse(lock.lease()))
                .waitUpTo(wait)
                .build();
        try {
            return backend(context).locks().acquire(StateKey.of(lock.value()), options);
        } catch (LockHeldException e) {
            throw new AssertionError(
                    name(context) + " needs the lock \"" + lock.value() + "\" and waited " + lock.waitUpTo()
                            + " for it.\n" + e.getMessage(),
                    e);
        }
    }

    private static StateBackend backend(ExtensionContext context) {
        String store = context.getConfigurationParameter(STORE_PARAMETER)
                .or(() -> Optional.ofNullable(System.getenv(STORE_VARIABLE)))
                .orElseThrow(() -> new ExtensionConfigurationException(
                        "@DistributedLock needs a store: set the JUnit configuration parameter or system property "
                                + STORE_PARAMETER + ", or the environment variable " + STORE_VARIABLE
                                + ", to a URI such as file:///var/lock/tests"));
        // JUnit closes it with the whole run.
        return context.getRoot()
                .getStore(NAMESPACE)
                .getOrComputeIfAbsent(store, uri -> StateBackends.open(URI.create(uri)), StateBackend.class);
    }

    private static boolean isHeldAlready(ExtensionContext context, String name) {
        return held(context).stream().anyMatch(taken -> has(taken, name));
    }

    private static boolean has(Taken taken, String name) {
        return taken.locks.stream().anyMatch(lock -> lock.key().value().equals(name));
    }

    private static Optional<AssertionError> loss(ExtensionContext context) {
        return held(context).stream()
                .flatMap(taken -> taken.loss(name(context)).stream())
                .findFirst();
    }

    /** What this test and the classes around it hold. */
    private static List<Taken> held(ExtensionContext context) {
        Deque<Taken> all = new ArrayDeque<>();
        for (Optional<ExtensionContext> c = Optional.of(context);
                c.isPresent();
                c = c.get().getParent()) {
            Taken taken = c.get().getStore(NAMESPACE).get(c.get().getUniqueId(), Taken.class);
            if (taken != null) {
                all.add(taken);
            }
        }
        return List.copyOf(all);
    }

    private static String name(ExtensionContext context) {
        return context.getTestClass().map(Class::getSimpleName).orElse("")
                + context.getTestMethod().map(method -> "." + method.getName()).orElse("");
    }
}
