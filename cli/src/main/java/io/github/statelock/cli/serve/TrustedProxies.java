package io.github.statelock.cli.serve;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.eclipse.jetty.util.InetAddressSet;

/**
 * The proxies whose {@code X-Forwarded-For} is believed. Immutable and safe for use by several threads.
 */
public final class TrustedProxies {

    private static final Pattern LITERAL = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");
    private static final Pattern WITH_PORT = Pattern.compile("\\[(.*)](:\\d+)?|([^:]*):\\d+");

    private final InetAddressSet addresses = new InetAddressSet();

    private TrustedProxies() {}

    /**
     * These proxies.
     *
     * @param addresses each an address, or a network such as {@code 10.0.0.0/8}
     * @return the proxies; none for an empty list
     * @throws IllegalArgumentException if one of them is neither
     */
    public static TrustedProxies of(Collection<String> addresses) {
        TrustedProxies proxies = new TrustedProxies();
        for (String address : addresses) {
            String host = address.replaceFirst("/\\d+\\z", "");
            if (!LITERAL.matcher(host).matches()) {
                throw new IllegalArgumentException(
                        "\"" + address + "\" is neither an address nor a network such as 10.0.0.0/8.");
            }
            proxies.addresses.add(address);
        }
        return proxies;
    }

    boolean contains(InetAddress address) {
        return addresses.test(address);
    }

    /**
     * The client's address. A proxy appends the address from which it got the request, so the last one that is not a trusted
     * proxy's is the client's; what stands before it was sent by the client, who may write anything.
     */
    InetAddress client(InetAddress peer, List<String> forwardedFor) {
        if (!contains(peer)) {
            return peer;
        }
        String[] hops = String.join(",", forwardedFor).split(",", -1);
        InetAddress client = peer;
        for (int i = hops.length - 1; i >= 0; i--) {
            Optional<InetAddress> hop = address(hops[i].strip());
            if (hop.isEmpty()) {
                return client;
            }
            client = hop.get();
            if (!contains(client)) {
                return client;
            }
        }
        return client;
    }

    /** Only literal addresses: a name would ask the name service for whatever a client sends. */
    private static Optional<InetAddress> address(String hop) {
        var withPort = WITH_PORT.matcher(hop);
        String host = !withPort.matches() ? hop : withPort.group(1) != null ? withPort.group(1) : withPort.group(3);
        if (!LITERAL.matcher(host).matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.getByName(host));
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }
}
