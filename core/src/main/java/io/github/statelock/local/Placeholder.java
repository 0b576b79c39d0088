package io.github.statelock.local;

final class Placeholder {}
