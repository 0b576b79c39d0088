package io.github.statelock.cli.serve;

/** Ends a request with an answer that is not a success. */
final class Refusal extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Answer answer;

    Refusal(int status, String text) {
        this(Answer.text(status, text));
    }

    Refusal(Answer answer) {
        super(answer.reason(), null, false, false);
        this.answer = answer;
    }

    Answer answer() {
        return answer;
    }
}
