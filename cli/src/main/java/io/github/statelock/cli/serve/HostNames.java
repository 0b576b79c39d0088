package io.github.statelock.cli.serve;

import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The names by which this machine's own clients call a server on a loopback address. A page in a browser may have a name of its
 * own resolve to such an address, and then it speaks to the server as to its own origin; but its requests still carry that name.
 * Immutable and safe for use by several threads.
 */
final class HostNames {

    private static final Pattern PORT = Pattern.compile(":\\d*\\z");
    private static final Pattern LOOPBACK = Pattern.compile("localhost|127(\\.\\d{1,3}){3}|\\[::1]");

    private final String listening;

    HostNames(InetSocketAddress address) {
        this.listening = address.getHostString().toLowerCase(Locale.ROOT);
    }

    /** Whether a Host header names this server. No browser leaves it out. */
    boolean accepts(@Nullable String header) {
        if (header == null) {
            return true;
        }
        String host = PORT.matcher(header.strip()).replaceFirst("").toLowerCase(Locale.ROOT);
        return host.equals(listening) || LOOPBACK.matcher(host).matches();
    }
}
