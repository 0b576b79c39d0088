/** Whoever starts it names the backends. */
module com.example.app {
    requires io.github.statelock;
}
