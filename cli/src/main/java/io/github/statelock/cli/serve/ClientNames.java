package io.github.statelock.cli.serve;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/** By what a client is counted: its address, or for IPv6 the network of 64 bits that one customer has at least. */
final class ClientNames {

    private static final int NETWORK_BYTES = 8;

    private ClientNames() {}

    static String of(InetAddress address) {
        if (address instanceof Inet6Address && !address.isLoopbackAddress()) {
            byte[] network = Arrays.copyOf(Arrays.copyOf(address.getAddress(), NETWORK_BYTES), 16);
            try {
                return InetAddress.getByAddress(network).getHostAddress() + "/64";
            } catch (UnknownHostException e) {
                throw new IllegalStateException(e); // 16 bytes are an address
            }
        }
        return address.getHostAddress();
    }
}
