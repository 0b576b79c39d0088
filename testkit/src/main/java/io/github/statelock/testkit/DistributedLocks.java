package io.github.statelock.testkit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/** Several {@link DistributedLock}s of one class or method. */
@Documented
@Inherited
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(DistributedLockExtension.class)
public @interface DistributedLocks {

    /**
     * The locks, taken in the order of their names.
     *
     * @return the locks
     */
    DistributedLock[] value();
}
