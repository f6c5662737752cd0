package dev.cancelupload.http;

import java.util.List;
import java.util.Map;

/**
 * A complete HTTP response.
 *
 * @param status the final status; 1xx are not among them
 * @param headers name in lower case to values, in the order they came
 * @param body the body without its transfer coding
 */
public record HttpResponse(int status, Map<String, List<String>> headers, byte[] body) {}
