package dev.cancelupload.http;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * A complete HTTP response.
 *
 * @param status the final status, never 1xx
 * @param headers lower-case names with their values, in the order received
 * @param body the body without its transfer coding
 */
public record HttpResponse(int status, Map<String, List<String>> headers, byte[] body) {

    /**
     * Reads a response that is not from the network.
     *
     * @param wire as a server would send it
     * @throws IOException if it is not a complete response
     */
    public static HttpResponse parse(byte[] wire) throws IOException {
        return new ResponseReader(new ByteArrayInputStream(wire)::read).read(false);
    }
}
