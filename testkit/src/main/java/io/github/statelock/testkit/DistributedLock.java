package io.github.statelock.testkit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Runs a test method, or all tests of a class, while a lock is held that other JVMs and other machines see: for tests that
 * share something real, such as a staging database.
 *
 * <pre>{@code
 * @Test
 * @DistributedLock(value = "staging-db", waitUpTo = "5m")
 * void migratesTheSchema() { ... }
 * }</pre>
 *
 * <p>The lock is taken before the {@code @BeforeEach} or {@code @BeforeAll} methods and released after the {@code @AfterEach}
 * or {@code @AfterAll} methods. A method's lock that its class holds already is not taken again. Several locks of one element
 * are taken in the order of their names. A test whose lock was not free in time fails, and so does one whose lock was lost
 * while it ran: somebody else may have been at work.
 *
 * <p>The store is named by the JUnit configuration parameter {@code statelock.test.store} (also a system property, or a line
 * in {@code junit-platform.properties}), or by the environment variable {@code STATELOCK_STORE}: a URI such as
 * {@code s3://bucket/prefix} or {@code file:///var/lock/tests}. Its backend must be on the test's class path.
 */
@Documented
@Inherited
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Repeatable(DistributedLocks.class)
@ExtendWith(DistributedLockExtension.class)
public @interface DistributedLock {

    /**
     * The lock's name, a valid {@link io.github.statelock.StateKey}.
     *
     * @return the name
     */
    String value();

    /**
     * How long to wait for another holder.
     *
     * @return a number with its unit, {@code ms}, {@code s}, {@code m} or {@code h}; by default ten minutes
     */
    String waitUpTo() default "10m";

    /**
     * The lease, so that the lock of a killed test run frees itself.
     *
     * @return a number with its unit; by default 30 seconds
     */
    String lease() default "30s";
}
