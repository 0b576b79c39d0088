package io.github.statelock.cli;

/** A command that takes and changes nothing: a signal may end it at once, also while it waits for an answer. */
interface ReadsOnly {}
