package io.github.statelock.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.statelock.BackendMisconfiguredException;
import java.net.Authenticator;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which proxy is used for which address, as Go programs choose. */
@ResourceLock(Resources.SYSTEM_PROPERTIES)
class EnvironmentProxiesTest {

    private static final String PROXY = "http://proxy.example:3128";

    @Test
    void everySchemeHasItsOwnProxy() {
        EnvironmentProxies proxies = EnvironmentProxies.of(Map.of("HTTPS_PROXY", PROXY, "HTTP_PROXY", "other.example"));

        assertThat(chosen(proxies, "https://a.example/x")).isEqualTo("proxy.example:3128");
        assertThat(chosen(proxies, "http://a.example/x")).isEqualTo("other.example:80");
    }

    @Test
    void withoutVariablesNothingIsProxied() {
        assertThat(chosen(EnvironmentProxies.of(Map.of()), "https://a.example")).isEqualTo("none");
        assertThat(chosen(EnvironmentProxies.of(Map.of("HTTPS_PROXY", " ")), "https://a.example"))
                .isEqualTo("none");
        assertThat(chosen(EnvironmentProxies.of(Map.of("HTTP_PROXY", PROXY)), "https://a.example"))
                .isEqualTo("none");
    }

    @Test
    void theNamesMayBeInLowerCase_andUpperCaseWins() {
        Map<String, String> lower = Map.of("https_proxy", PROXY, "no_proxy", "b.example");
        Map<String, String> both = Map.of("https_proxy", PROXY, "HTTPS_PROXY", "upper.example:1");

        assertThat(chosen(EnvironmentProxies.of(lower), "https://a.example")).isEqualTo("proxy.example:3128");
        assertThat(chosen(EnvironmentProxies.of(lower), "https://b.example")).isEqualTo("none");
        assertThat(chosen(EnvironmentProxies.of(both), "https://a.example")).isEqualTo("upper.example:1");
    }

    @Test
    void aRequestsHeaderIsNotTheEnvironmentsProxy() {
        Map<String, String> cgi = Map.of("HTTP_PROXY", PROXY, "HTTPS_PROXY", PROXY, "REQUEST_METHOD", "GET");

        assertThat(chosen(EnvironmentProxies.of(cgi), "http://a.example")).isEqualTo("none");
        assertThat(chosen(EnvironmentProxies.of(cgi), "https://a.example")).isEqualTo("proxy.example:3128");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://localhost",
                "https://localhost:8080/x",
                "https://LOCALHOST",
                "https://127.0.0.1",
                "https://127.8.9.10:1",
                "https://[::1]:10000/a"
            })
    void thisMachineIsNeverProxied(String uri) {
        assertThat(chosen(EnvironmentProxies.of(Map.of("HTTPS_PROXY", PROXY)), uri))
                .isEqualTo("none");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "*                          | https://a.example        | true",
                "b.example, *               | https://a.example        | true",
                "example.com                | https://example.com      | true",
                "example.com                | https://a.b.example.com  | true",
                "example.com                | https://badexample.com   | false",
                "EXAMPLE.com                | https://a.Example.COM    | true",
                ".example.com               | https://a.example.com    | true",
                ".example.com               | https://example.com      | false",
                "*.example.com              | https://a.example.com    | true",
                "*.example.com              | https://example.com      | false",
                "example.com:443            | https://example.com      | true",
                "example.com:443            | https://a.example.com    | true",
                "example.com:443            | https://example.com:8443 | false",
                "example.com:8443           | https://example.com:8443 | true",
                "' x.example , example.com ,' | https://example.com    | true",
                "10.0.0.0/8                 | https://10.200.3.4       | true",
                "10.0.0.0/8                 | https://11.0.0.1         | false",
                "10.0.0.128/25              | https://10.0.0.129       | true",
                "10.0.0.128/25              | https://10.0.0.127       | false",
                "0.0.0.0/0                  | https://8.8.8.8          | true",
                "0.0.0.0/0                  | https://a.example        | false",
                "10.0.0.0/33                | https://10.0.0.1         | false",
                "10.0.0.0/x                 | https://10.0.0.1         | false",
                "fd00::/8                   | https://[fd12::1]        | true",
                "fd00::/8                   | https://[fe80::1]        | false",
                "fd00::/8                   | https://10.0.0.1         | false",
                "10.1.2.3                   | https://10.1.2.3:8443    | true",
                "10.1.2.3                   | https://10.1.2.30        | false",
                "10.1.2.3:443               | https://10.1.2.3         | true",
                "10.1.2.3:443               | https://10.1.2.3:8443    | false",
                "fd12::1                    | https://[fd12::1]        | true",
                "fd12::1                    | https://[fd12:0::0:1]    | true",
                "[fd12::1]                  | https://[fd12::1]        | true",
                "[fd12::1]:443              | https://[fd12::1]        | true",
                "[fd12::1]:443              | https://[fd12::1]:8443   | false",
                "::ffff:10.1.2.3            | https://10.1.2.3         | true",
                "10.1.2                     | https://10.1.2.3         | false",
                ":443                       | https://a.example        | false",
                "," + "                          | https://a.example        | false"
            })
    void exceptionsAreReachedDirectly(String exceptions, String uri, boolean direct) {
        EnvironmentProxies proxies = EnvironmentProxies.of(Map.of("HTTPS_PROXY", PROXY, "NO_PROXY", exceptions));

        assertThat(chosen(proxies, uri)).isEqualTo(direct ? "none" : "proxy.example:3128");
    }

    @ParameterizedTest
    @CsvSource({
        "proxy.example:8080, proxy.example:8080",
        "proxy.example, proxy.example:80",
        "HTTP://proxy.example:8080/, proxy.example:8080",
        "http://[fd12::1]:8080, [fd12::1]:8080",
        "user:password@proxy.example:8080, proxy.example:8080",
        "10.1.2.3:8080, 10.1.2.3:8080"
    })
    void anAddressHasAPortAndMayHaveAUser(String value, String proxy) {
        assertThat(chosen(EnvironmentProxies.of(Map.of("HTTPS_PROXY", value)), "https://a.example"))
                .isEqualTo(proxy);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://user:sec^ret@proxy.example:80",
                "http://user:sec/ret@proxy.example:80",
                "http://user:sec%ret@proxy.example:80",
                "socks5://user:secret@proxy.example:1080",
                "https://user:secret@proxy.example:443",
                "http://",
                "a b"
            })
    void whatCannotBeUsedIsRefused_andIsNotRepeated(String value) {
        assertThatThrownBy(() -> EnvironmentProxies.of(Map.of("https_proxy", value)))
                .isInstanceOf(BackendMisconfiguredException.class)
                .hasMessageContaining("HTTPS_PROXY")
                .hasMessageContaining("http://host:port")
                .hasNoCause()
                .message()
                .doesNotContain("sec")
                .doesNotContain("proxy.example");
    }

    @Test
    void thePasswordIsForTheProxyAlone() throws Exception {
        Authenticator passwords = EnvironmentProxies.of(Map.of(
                        "HTTPS_PROXY", "http://us%40er:p%3Aw+1@proxy.example:3128", "HTTP_PROXY", "other.example"))
                .authenticator()
                .orElseThrow();

        PasswordAuthentication proxys = ask(passwords, "proxy.example", 3128, Authenticator.RequestorType.PROXY);
        assertThat(proxys.getUserName()).isEqualTo("us@er");
        assertThat(proxys.getPassword()).isEqualTo("p:w+1".toCharArray());
        assertThat(ask(passwords, "proxy.example", 3128, Authenticator.RequestorType.SERVER))
                .isNull();
        assertThat(ask(passwords, "proxy.example", 80, Authenticator.RequestorType.PROXY))
                .isNull();
        assertThat(ask(passwords, "other.example", 80, Authenticator.RequestorType.PROXY))
                .isNull();
        assertThat(EnvironmentProxies.of(Map.of("HTTPS_PROXY", PROXY)).authenticator())
                .isEmpty();
    }

    private static PasswordAuthentication ask(
            Authenticator passwords, String host, int port, Authenticator.RequestorType type) throws Exception {
        return passwords.requestPasswordAuthenticationInstance(
                host,
                null,
                port,
                "http",
                "",
                "basic",
                URI.create("https://a.example").toURL(),
                type);
    }

    @Test
    void javasOwnPropertiesWin_withTheirExceptions() {
        EnvironmentProxies proxies = EnvironmentProxies.of(Map.of("HTTPS_PROXY", PROXY, "HTTP_PROXY", PROXY));
        System.setProperty("https.proxyHost", "java.example");
        System.setProperty("https.proxyPort", "99");
        System.setProperty("http.nonProxyHosts", "*.inner.example");
        try {
            assertThat(chosen(proxies, "https://a.example")).isEqualTo("java.example:99");
            assertThat(chosen(proxies, "https://a.inner.example")).isEqualTo("none");
            assertThat(chosen(proxies, "http://a.example")).isEqualTo("proxy.example:3128");
        } finally {
            System.clearProperty("https.proxyHost");
            System.clearProperty("https.proxyPort");
            System.clearProperty("http.nonProxyHosts");
        }
    }

    @Test
    void theProgramsDefaultWins() {
        EnvironmentProxies proxies = EnvironmentProxies.of(Map.of("HTTPS_PROXY", PROXY));
        ProxySelector before = ProxySelector.getDefault();
        ProxySelector.setDefault(ProxySelector.of(InetSocketAddress.createUnresolved("127.0.0.1", 99)));
        try {
            assertThat(chosen(proxies, "https://a.example")).isEqualTo("127.0.0.1:99");
        } finally {
            ProxySelector.setDefault(before);
        }
    }

    private static String chosen(ProxySelector proxies, String uri) {
        Proxy proxy = proxies.select(URI.create(uri)).get(0);
        if (proxy.type() == Proxy.Type.DIRECT) {
            return "none";
        }
        InetSocketAddress address = (InetSocketAddress) proxy.address();
        return address.getHostString() + ":" + address.getPort();
    }
}
