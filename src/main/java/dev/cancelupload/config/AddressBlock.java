package dev.cancelupload.config;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/**
 * A block of addresses in CIDR notation.
 *
 * @param prefix the address before the slash
 * @param bits the length of the prefix in bits
 * @see <a href="https://www.rfc-editor.org/rfc/rfc4632">RFC 4632</a>
 */
record AddressBlock(byte[] prefix, int bits) {

    static Optional<AddressBlock> parse(String text) {
        int slash = text.indexOf('/');
        String length = text.substring(slash + 1);
        if (!length.matches("\\d{1,3}")) {
            return Optional.empty();
        }
        int bits = Integer.parseInt(length);
        return address(text.substring(0, slash))
                .filter(prefix -> bits <= 8 * prefix.length)
                .map(prefix -> new AddressBlock(prefix, bits));
    }

    /** Whether the host is an address literal within this block. */
    boolean contains(String host) {
        Optional<byte[]> address = address(host);
        if (address.isEmpty() || address.get().length != prefix.length) {
            return false;
        }
        for (int bit = 0; bit < bits; bit++) {
            int mask = 0x80 >> bit % 8;
            if ((address.get()[bit / 8] & mask) != (prefix[bit / 8] & mask)) {
                return false;
            }
        }
        return true;
    }

    /** Parses an address literal; never resolves a name. */
    private static Optional<byte[]> address(String text) {
        if (!text.matches("\\d+(\\.\\d+){3}|[0-9a-f:.]*:[0-9a-f:.]*")) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.getByName(text).getAddress());
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }
}
