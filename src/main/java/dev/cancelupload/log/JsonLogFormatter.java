package dev.cancelupload.log;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.cancelupload.json.Json;
import dev.cancelupload.redaction.Redaction;
import dev.cancelupload.redaction.VisibleText;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Map;
import org.jboss.logmanager.ExtFormatter;
import org.jboss.logmanager.ExtLogRecord;

/**
 * Formats each log record as one line of JSON with the field names of Lambda's JSON logs.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html">Log formats</a>
 */
public final class JsonLogFormatter extends ExtFormatter {

    /** The system property with the X-Ray trace of the current invocation, set by Funqy as by Lambda's runtimes. */
    private static final String TRACE = "com.amazonaws.xray.traceHeader";

    @Override
    public String format(ExtLogRecord record) {
        StringWriter line = new StringWriter(512);
        try (JsonGenerator json = Json.FACTORY.createGenerator(line)) {
            json.writeStartObject();
            json.writeStringField("timestamp", record.getInstant().toString());
            json.writeStringField("level", record.getLevel().getName());
            LogEvent event = event(record);
            if (event != null) {
                for (Map.Entry<String, Object> field : event.fields().entrySet()) {
                    json.writeFieldName(field.getKey());
                    write(json, field.getValue());
                }
            } else {
                json.writeStringField("message", shown(formatMessage(record)));
                json.writeStringField("logger", record.getLoggerName());
            }
            writeIfPresent(json, "awsRequestId", record.getMdc("AWSRequestId"));
            writeIfPresent(json, "xrayTraceId", System.getProperty(TRACE));
            if (event != null && event.metrics()) {
                EmbeddedMetrics.write(json, record.getInstant());
            }
            if (record.getThrown() != null) {
                StringWriter stack = new StringWriter();
                record.getThrown().printStackTrace(new PrintWriter(stack));
                json.writeStringField("stackTrace", Redaction.mask(stack.toString()));
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return line.append('\n').toString();
    }

    /** One line of visible characters without credentials. */
    private static String shown(String text) {
        return Redaction.mask(VisibleText.visible(text));
    }

    private static LogEvent event(ExtLogRecord record) {
        Object[] parameters = record.getParameters();
        return parameters != null && parameters.length == 1 && parameters[0] instanceof LogEvent event ? event : null;
    }

    private static void write(JsonGenerator json, Object value) throws IOException {
        if (value instanceof Number number) {
            json.writeNumber(number.longValue());
        } else {
            json.writeString(shown(value.toString()));
        }
    }

    private static void writeIfPresent(JsonGenerator json, String name, String value) throws IOException {
        if (value != null) {
            json.writeStringField(name, shown(value));
        }
    }
}
