package dev.cancelupload.log;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.time.Instant;

/**
 * Writes the field {@code _aws} of an invocation's log line, from which CloudWatch creates metrics without an agent, an
 * SDK or a call. Their dimension is the name of the Lambda function, which is unique in its region. The number of
 * invocations is the sample count of {@code millis}, which is also the only metric by outcome: CloudWatch charges for
 * each metric of each dimension.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html">
 *     Embedded metric format</a>
 */
final class EmbeddedMetrics {

    private static final String DIRECTIVES =
            """
            [{"Namespace":"CancelUpload","Dimensions":[["functionName"]],"Metrics":[\
            {"Name":"millis","Unit":"Milliseconds"},{"Name":"attempts","Unit":"Count"},\
            {"Name":"uploads","Unit":"Count"},{"Name":"failed","Unit":"Count"},\
            {"Name":"refused","Unit":"Count"},{"Name":"coldStart","Unit":"Count"}]},\
            {"Namespace":"CancelUpload","Dimensions":[["functionName","outcome"]],"Metrics":[\
            {"Name":"millis","Unit":"Milliseconds"}]}]""";

    /** Set by Lambda. */
    private static final String FUNCTION_NAME = "AWS_LAMBDA_FUNCTION_NAME";

    private EmbeddedMetrics() {}

    static void write(JsonGenerator json, Instant time) throws IOException {
        // Not a constant, which a native executable would take from the environment of its build.
        String function = System.getenv(FUNCTION_NAME);
        json.writeStringField("functionName", function == null ? "" : function);
        json.writeObjectFieldStart("_aws");
        json.writeNumberField("Timestamp", time.toEpochMilli());
        json.writeFieldName("CloudWatchMetrics");
        json.writeRawValue(DIRECTIVES);
        json.writeEndObject();
    }
}
