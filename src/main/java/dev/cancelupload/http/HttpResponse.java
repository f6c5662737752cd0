package dev.cancelupload.http;

import java.util.List;
import java.util.Map;

/**
 * A complete HTTP response.
 *
 * @param status the final status, never 1xx
 * @param headers lower-case names with their values, in the order received
 * @param body the body without its transfer coding
 */
public record HttpResponse(int status, Map<String, List<String>> headers, byte[] body) {}
