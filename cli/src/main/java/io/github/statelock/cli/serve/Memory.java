package io.github.statelock.cli.serve;

/** What is answered where there is no memory for a request. */
final class Memory {

    private Memory() {}

    /** Now. */
    static Refusal full() {
        return new Refusal(Answer.text(503, "The server has no memory left for this request now. Nothing was done.")
                .retry());
    }

    /** Ever. */
    static Refusal neverEnough(long bytes, long most) {
        return new Refusal(
                413,
                "The body has " + bytes + " bytes, and this server's memory is enough for " + most
                        + ". Give it a larger heap, with -Xmx.");
    }
}
