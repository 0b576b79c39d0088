package io.github.statelock.local;

import java.io.IOException;

/** Something that does file I/O. */
interface IoAction<T> {

    /** Does it. */
    T run() throws IOException;
}
