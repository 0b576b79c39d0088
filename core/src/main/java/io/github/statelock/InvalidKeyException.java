package io.github.statelock;

/** A text is not the key of a state, or not of one in that backend. The message names the rule that it breaks. */
public final class InvalidKeyException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    /**
     * A key that was refused.
     *
     * @param key the text
     * @param rule which rule it breaks, such as {@code it has the segment .}
     */
    public InvalidKeyException(String key, String rule) {
        super("Invalid state key \"" + Printable.line(key) + "\": " + rule);
    }
}
