package io.github.statelock.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.statelock.cli.serve.Served.Reply;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrustedProxiesTest {

    private static InetAddress address(String literal) throws Exception {
        return InetAddress.getByName(literal);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "192.0.2.1 | 198.51.100.7           | 192.0.2.1", // not a proxy: it may say what it likes
                "10.0.0.1  | -                      | 10.0.0.1",
                "10.0.0.1  | 198.51.100.7           | 198.51.100.7",
                "10.0.0.1  | 1.1.1.1, 198.51.100.7  | 198.51.100.7", // the client wrote 1.1.1.1 itself
                "10.0.0.1  | 198.51.100.7, 10.9.9.9 | 198.51.100.7", // two proxies
                "10.0.0.1  | 198.51.100.7:4711      | 198.51.100.7",
                "10.0.0.1  | [2001:db8::1]:4711     | 2001:db8:0:0:0:0:0:1",
                "10.0.0.1  | 2001:db8::1            | 2001:db8:0:0:0:0:0:1",
                "10.0.0.1  | unknown                | 10.0.0.1",
                "10.0.0.1  | 1.1.1.1, localhost     | 10.0.0.1", // a name is not looked up
                "10.0.0.1  | 999.1.1.1              | 10.0.0.1",
                "fd00::1   | 198.51.100.7           | 198.51.100.7",
            })
    void theClientIsTheLastHopThatIsNoProxy(String peer, String header, String client) throws Exception {
        TrustedProxies proxies = TrustedProxies.of(List.of("10.0.0.0/8", "fd00::/8"));
        List<String> values = header == null ? List.of() : List.of(header);
        assertThat(proxies.client(address(peer), values).getHostAddress()).isEqualTo(client);
    }

    @ParameterizedTest
    @ValueSource(strings = {"proxy.example", "10.0.0.0/99", "", "10.0.0"})
    void whatIsNoAddressIsRefused(String proxy) {
        assertThatThrownBy(() -> TrustedProxies.of(List.of(proxy))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anIpv6CustomerIsOneClient() throws Exception {
        assertThat(ClientNames.of(address("2001:db8:1:2:3:4:5:6")))
                .isEqualTo(ClientNames.of(address("2001:db8:1:2::1")))
                .isNotEqualTo(ClientNames.of(address("2001:db8:1:3::1")));
        assertThat(ClientNames.of(address("192.0.2.1"))).isEqualTo("192.0.2.1");
    }

    @Test
    void theAccessLogShowsTheClientBehindAProxyThatIsTrusted() {
        try (Store store = new Store()) {
            for (List<String> proxies : List.of(List.of("127.0.0.0/8"), List.<String>of())) {
                Served served = store.serve(new ServerSettings(
                        Store.ANY_PORT, Authentication.none(), Optional.empty(), false, 100, proxies));
                Reply reply = served.send(served.request(Served.PATH).header("X-Forwarded-For", "198.51.100.7"));
                assertThat(reply.status()).isEqualTo(404);
                assertThat(served.visit().remote()).isEqualTo(proxies.isEmpty() ? "127.0.0.1" : "198.51.100.7");
            }
        }
    }
}
