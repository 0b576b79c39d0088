package io.github.statelock.cli.serve;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who may come in: whoever knows the password or the token. Keeps their hashes only, and compares these, in a time that tells
 * nothing. Immutable and safe for use by several threads.
 */
public final class Authentication {

    private static final String BASIC = "Basic ";
    private static final String BEARER = "Bearer ";

    private final Optional<byte[]> basic;
    private final Optional<byte[]> bearer;

    private Authentication(Optional<byte[]> basic, Optional<byte[]> bearer) {
        this.basic = basic;
        this.bearer = bearer;
    }

    /**
     * Everybody.
     *
     * @return no authentication
     */
    public static Authentication none() {
        return new Authentication(Optional.empty(), Optional.empty());
    }

    /**
     * Also whoever sends this user and password, as the clients do.
     *
     * @param user the user's name
     * @param password the password
     * @return what was accepted before, and these
     */
    public Authentication orBasic(String user, String password) {
        return new Authentication(Optional.of(hash((user + ":" + password).getBytes(UTF_8))), bearer);
    }

    /**
     * Also whoever sends this token.
     *
     * @param token the token
     * @return what was accepted before, and this
     */
    public Authentication orBearer(String token) {
        return new Authentication(basic, Optional.of(hash(token.getBytes(UTF_8))));
    }

    /**
     * Whether not everybody may come in.
     *
     * @return whether a password or a token is needed
     */
    public boolean isRequired() {
        return basic.isPresent() || bearer.isPresent();
    }

    /** Whether this Authorization header opens the door. */
    boolean accepts(@Nullable String header) {
        if (!isRequired()) {
            return true;
        }
        if (header == null) {
            return false;
        }
        if (header.regionMatches(true, 0, BASIC, 0, BASIC.length())) {
            return basic.isPresent() && matches(basic.get(), decoded(header.substring(BASIC.length())));
        }
        return header.regionMatches(true, 0, BEARER, 0, BEARER.length())
                && bearer.isPresent()
                && matches(
                        bearer.get(), header.substring(BEARER.length()).strip().getBytes(UTF_8));
    }

    /** What a client that was not let in may try. */
    String challenge() {
        List<String> schemes = new ArrayList<>();
        basic.ifPresent(b -> schemes.add("Basic realm=\"statelock\", charset=\"UTF-8\""));
        bearer.ifPresent(b -> schemes.add("Bearer realm=\"statelock\""));
        return String.join(", ", schemes);
    }

    private static boolean matches(byte[] expected, byte[] given) {
        return MessageDigest.isEqual(expected, hash(given));
    }

    private static byte[] decoded(String base64) {
        try {
            return Base64.getDecoder().decode(base64.strip());
        } catch (IllegalArgumentException e) {
            return new byte[0]; // nobody's
        }
    }

    private static byte[] hash(byte[] secret) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(secret);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JVM has it
        }
    }
}
