package io.github.statelock.cli;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Where to listen, as {@code HOST:PORT}, {@code [IPv6]:PORT} or {@code :PORT} for all addresses of the machine. */
record ListenAddress(String host, InetSocketAddress socket) {

    private static final Pattern FORM = Pattern.compile("(\\[[^\\[\\]]+]|[^:\\[\\]]*):(\\d{1,5})");
    private static final int MAX_PORT = 65_535;

    static ListenAddress parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches() || Integer.parseInt(form.group(2)) > MAX_PORT) {
            throw new TypeConversionException(
                    "\"" + text + "\" is no address to listen on: it is written HOST:PORT, such as 127.0.0.1:8080");
        }
        String host = form.group(1).isEmpty() ? "0.0.0.0" : form.group(1);
        try {
            InetAddress address = InetAddress.getByName(host);
            return new ListenAddress(host, new InetSocketAddress(address, Integer.parseInt(form.group(2))));
        } catch (UnknownHostException e) {
            throw new TypeConversionException("There is no host \"" + host + "\"");
        }
    }

    /** Whether only this machine can reach it. */
    boolean isLoopback() {
        return socket.getAddress().isLoopbackAddress();
    }

    /** For picocli. */
    static final class Converter implements ITypeConverter<ListenAddress> {
        @Override
        public ListenAddress convert(String text) {
            return parse(text);
        }
    }
}
