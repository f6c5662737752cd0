package dev.cancelupload.log;

import java.util.Map;

/**
 * A structured log record. {@link JsonLogFormatter} writes the fields; other formatters write the text.
 *
 * @param text for a human reader
 * @param fields for queries
 * @param metrics whether to add {@link EmbeddedMetrics} of the fields
 */
record LogEvent(String text, Map<String, Object> fields, boolean metrics) {
    @Override
    public String toString() {
        return text;
    }
}
