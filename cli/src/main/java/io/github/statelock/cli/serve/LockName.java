package io.github.statelock.cli.serve;

import io.github.statelock.StateKey;

/** A client's lock: its ID serves this one lock of this one key. */
record LockName(StateKey key, String id) {}
