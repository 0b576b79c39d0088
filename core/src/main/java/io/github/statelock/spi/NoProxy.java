package io.github.statelock.spi;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Who is reached without a proxy: this machine, and what {@code NO_PROXY} lists. Never asks a name server. */
final class NoProxy {

    private static final String OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
    private static final Pattern LITERAL =
            Pattern.compile(OCTET + "(\\." + OCTET + "){3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

    /** A host, or {@code [host]}, with a port. Without brackets an address of IPv6 is all host. */
    private static final Pattern WITH_PORT = Pattern.compile("(?:\\[([^]]*)]|([^:\\[\\]]*)):([0-9]{1,5})");

    /** One exception. */
    private interface Entry {
        boolean includes(String host, Optional<InetAddress> address, int port);
    }

    private final List<Entry> entries;

    private NoProxy(List<Entry> entries) {
        this.entries = entries;
    }

    static NoProxy parse(String list) {
        return new NoProxy(Stream.of(list.split(",", -1))
                .map(entry -> entry.strip().toLowerCase(Locale.ROOT))
                .filter(entry -> !entry.isEmpty())
                .flatMap(entry -> entry(entry).stream())
                .toList());
    }

    /** Whether that host is reached directly. */
    boolean include(String uriHost, int port) {
        String host = uriHost.strip().toLowerCase(Locale.ROOT).replaceAll("^\\[|]$", "");
        Optional<InetAddress> address = literal(host);
        return host.equals("localhost")
                || address.filter(InetAddress::isLoopbackAddress).isPresent()
                || entries.stream().anyMatch(entry -> entry.includes(host, address, port));
    }

    private static Optional<Entry> entry(String text) {
        if (text.equals("*")) {
            return Optional.of((host, address, port) -> true);
        }
        if (text.contains("/")) {
            return block(text);
        }
        Matcher m = WITH_PORT.matcher(text);
        boolean hasPort = m.matches();
        String name = hasPort ? (m.group(1) == null ? m.group(2) : m.group(1)) : text.replaceAll("^\\[|]$", "");
        OptionalInt port = hasPort ? OptionalInt.of(Integer.parseInt(m.group(3))) : OptionalInt.empty();
        if (name.isEmpty()) {
            return Optional.empty();
        }
        Optional<InetAddress> exact = literal(name);
        return Optional.of(exact.isPresent() ? forAddress(exact.get(), port) : forName(name, port));
    }

    private static Entry forAddress(InetAddress exact, OptionalInt only) {
        return (host, address, port) -> address.filter(exact::equals).isPresent() && isPort(only, port);
    }

    /** A name stands for itself and all below it; with a dot or {@code *.} before it, for those below it. */
    private static Entry forName(String name, OptionalInt only) {
        String domain = name.startsWith("*.") ? name.substring(1) : name;
        String below = domain.startsWith(".") ? domain : "." + domain;
        return (host, address, port) -> (host.equals(domain) || host.endsWith(below)) && isPort(only, port);
    }

    private static boolean isPort(OptionalInt only, int port) {
        return only.isEmpty() || only.getAsInt() == port;
    }

    /** Addresses that begin with the same bits. One that is not understood includes nobody, as in Go. */
    private static Optional<Entry> block(String text) {
        int slash = text.indexOf('/');
        Optional<InetAddress> net = literal(text.substring(0, slash));
        String length = text.substring(slash + 1);
        if (net.isEmpty() || !length.matches("[0-9]{1,3}")) {
            return Optional.empty();
        }
        byte[] prefix = net.get().getAddress();
        int bits = Integer.parseInt(length);
        return bits > prefix.length * 8
                ? Optional.empty()
                : Optional.of((host, address, port) -> address.map(InetAddress::getAddress)
                        .filter(bytes -> beginsWith(bytes, prefix, bits))
                        .isPresent());
    }

    private static boolean beginsWith(byte[] bytes, byte[] prefix, int bits) {
        if (bytes.length != prefix.length) {
            return false;
        }
        for (int bit = 0; bit < bits; bit++) {
            int mask = 0x80 >> (bit % 8);
            if ((bytes[bit / 8] & mask) != (prefix[bit / 8] & mask)) {
                return false;
            }
        }
        return true;
    }

    private static Optional<InetAddress> literal(String text) {
        if (!LITERAL.matcher(text).matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.getByName(text)); // an address: no name server is asked
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }
}
