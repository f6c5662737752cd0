package dev.cancelupload.log;

import java.util.Map;

/**
 * A log record with fields of its own. The JSON formatter writes the fields; any other shows the text.
 *
 * @param text for a reader
 * @param fields for a query
 * @param metrics whether CloudWatch makes {@link EmbeddedMetrics} of the fields
 */
record LogEvent(String text, Map<String, Object> fields, boolean metrics) {
    @Override
    public String toString() {
        return text;
    }
}
