package io.github.statelock.spi;

import io.github.statelock.BackendMisconfiguredException;
import java.io.IOException;
import java.net.Authenticator;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The proxies that the variables {@code HTTPS_PROXY}, {@code HTTP_PROXY} and {@code NO_PROXY} name, read as Go programs such
 * as Terraform read them. The names may be in lower case too; upper case wins. An address is {@code http://host:port},
 * {@code http://user:password@host:port} or {@code host:port}. {@code localhost} and loopback addresses are never proxied.
 * {@code NO_PROXY} lists host names, which include the names below them, names below a domain ({@code .example.com}),
 * addresses, blocks of addresses ({@code 10.0.0.0/8}), each with a port if it is for that port only, or {@code *} for all.
 *
 * <p>Java's own settings win: the properties {@code https.proxyHost} and {@code http.proxyHost} with
 * {@code http.nonProxyHosts}, {@code java.net.useSystemProxies}, and a default selector that the program has set.
 *
 * <p>Safe for use by several threads.
 */
public final class EnvironmentProxies extends ProxySelector {

    private static final List<Proxy> DIRECT = List.of(Proxy.NO_PROXY);

    /** A proxy's address, and who asks there. */
    private record Server(String host, int port, Optional<PasswordAuthentication> user) {

        List<Proxy> proxies() {
            // The client resolves the name, as often as it connects.
            return List.of(new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved(host, port)));
        }
    }

    private final Optional<Server> https;
    private final Optional<Server> http;
    private final NoProxy exceptions;

    private EnvironmentProxies(Map<String, String> environment) {
        this.https = server(environment, "HTTPS_PROXY");
        // In a CGI program that name is the request's header "Proxy", which anybody can send.
        this.http = environment.containsKey("REQUEST_METHOD") ? Optional.empty() : server(environment, "HTTP_PROXY");
        this.exceptions = NoProxy.parse(value(environment, "NO_PROXY").orElse(""));
    }

    /**
     * The proxies of an environment.
     *
     * @param environment the variables, such as {@link System#getenv()}
     * @return the selector
     * @throws BackendMisconfiguredException if an address cannot be read, or names a kind of proxy that Java's HTTP client
     *     does not know; the message does not repeat the address, which may hold a password
     */
    public static EnvironmentProxies of(Map<String, String> environment) {
        return new EnvironmentProxies(environment);
    }

    /**
     * What answers a proxy of the environment that asks for a password, and nothing else. Java refuses to send one for https
     * unless the property {@code jdk.http.auth.tunneling.disabledSchemes} is set to nothing when the JVM starts.
     *
     * @return the authenticator; empty if no address has a user
     */
    public Optional<Authenticator> authenticator() {
        List<Server> withUser = Stream.of(https, http)
                .flatMap(Optional::stream)
                .filter(server -> server.user().isPresent())
                .toList();
        return withUser.isEmpty() ? Optional.empty() : Optional.of(new Passwords(withUser));
    }

    @Override
    public List<Proxy> select(URI uri) {
        String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
        ProxySelector standard = ProxySelector.getDefault();
        List<Proxy> chosen = standard == null ? DIRECT : standard.select(uri);
        return isDecidedByJava(scheme, standard, chosen) ? chosen : ofEnvironment(scheme, uri);
    }

    private List<Proxy> ofEnvironment(String scheme, URI uri) {
        boolean secure = scheme.equals("https");
        Optional<Server> server = secure ? https : http;
        int port = uri.getPort() >= 0 ? uri.getPort() : secure ? 443 : 80;
        String host = uri.getHost() == null ? "" : uri.getHost();
        return server.filter(s -> !exceptions.include(host, port))
                .map(Server::proxies)
                .orElse(DIRECT);
    }

    /** Also where Java's answer is no proxy: it has exceptions of its own. */
    private static boolean isDecidedByJava(String scheme, @Nullable ProxySelector standard, List<Proxy> chosen) {
        boolean ofProgram = standard != null && standard.getClass().getModule() != ProxySelector.class.getModule();
        return ofProgram || !chosen.equals(DIRECT) || System.getProperty(scheme + ".proxyHost") != null;
    }

    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException e) {
        // There is one proxy: nothing to choose from.
    }

    private static Optional<String> value(Map<String, String> environment, String name) {
        return Stream.of(name, name.toLowerCase(Locale.ROOT))
                .map(each -> environment.getOrDefault(each, "").strip())
                .filter(value -> !value.isEmpty())
                .findFirst();
    }

    private static Optional<Server> server(Map<String, String> environment, String name) {
        return value(environment, name).map(text -> server(name, text));
    }

    private static Server server(String name, String text) {
        URI address = address(name, text.contains("://") ? text : "http://" + text);
        if (!"http".equalsIgnoreCase(address.getScheme())) {
            throw misconfigured(
                    name, "a proxy of the kind " + address.getScheme() + ", which Java's client cannot use");
        }
        int port = address.getPort() >= 0 ? address.getPort() : 80;
        return new Server(address.getHost(), port, user(name, address.getRawUserInfo()));
    }

    private static URI address(String name, String text) {
        try {
            URI address = new URI(text);
            if (address.getHost() != null) {
                return address;
            }
        } catch (URISyntaxException e) {
            // Its message has the whole text.
        }
        throw misconfigured(name, "what is not an address");
    }

    private static Optional<PasswordAuthentication> user(String name, @Nullable String userInfo) {
        if (userInfo == null || userInfo.isEmpty()) {
            return Optional.empty();
        }
        int colon = userInfo.indexOf(':');
        String user = colon < 0 ? userInfo : userInfo.substring(0, colon);
        String password = colon < 0 ? "" : userInfo.substring(colon + 1);
        try {
            return Optional.of(
                    new PasswordAuthentication(decode(user), decode(password).toCharArray()));
        } catch (IllegalArgumentException e) {
            throw misconfigured(name, "what is not an address");
        }
    }

    private static String decode(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static BackendMisconfiguredException misconfigured(String name, String what) {
        return new BackendMisconfiguredException(
                "The environment variable " + name + " (or " + name.toLowerCase(Locale.ROOT) + ") names " + what
                        + ". Write http://host:port or http://user:password@host:port, with special characters of the"
                        + " password percent-encoded.",
                null);
    }

    private static final class Passwords extends Authenticator {

        private final List<Server> servers;

        Passwords(List<Server> servers) {
            this.servers = servers;
        }

        @Override
        protected @Nullable PasswordAuthentication getPasswordAuthentication() {
            if (getRequestorType() != RequestorType.PROXY) {
                return null;
            }
            return servers.stream()
                    .filter(server ->
                            server.host().equalsIgnoreCase(getRequestingHost()) && server.port() == getRequestingPort())
                    .flatMap(server -> server.user().stream())
                    .findFirst()
                    .orElse(null);
        }
    }
}
