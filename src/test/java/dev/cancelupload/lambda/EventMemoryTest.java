package dev.cancelupload.lambda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Reads the largest events of Lambda in a JVM with little memory. */
class EventMemoryTest {

    private static final int SIZE = 6 << 20;
    /** In MB: the executable has 200 at the template's 256, and a JVM uses some 10 for itself. */
    private static final int HEAP = 64;

    /** The event is the start, then as many parts as fit in 6 MB, then the end. */
    private record Shape(String start, String part, String end) {
        /** A stream, as from the network: the bytes take no memory here. */
        InputStream open() {
            byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
            int parts = (SIZE - start.length() - end.length()) / bytes.length;
            InputStream middle = new InputStream() {
                private long at;

                @Override
                public int read() {
                    return at < (long) parts * bytes.length ? bytes[(int) (at++ % bytes.length)] : -1;
                }
            };
            return new SequenceInputStream(new SequenceInputStream(stream(start), middle), stream(end));
        }

        private static InputStream stream(String text) {
            return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    private static Map<String, Shape> shapes() {
        String record = "{\"eventSource\":\"aws:sqs\",\"messageId\":\"19dd0b57\",\"body\":\"";
        Map<String, Shape> shapes = new LinkedHashMap<>();
        shapes.put("one string", new Shape("\"", "a", "\""));
        shapes.put("one string of two bytes each", new Shape("\"", "ü", "\""));
        shapes.put("one string of escapes", new Shape("\"", "\\u00fc", "\""));
        shapes.put("one number", new Shape("", "7", ""));
        shapes.put("a list of strings", new Shape("[\"\"", ",\"\"", "]"));
        shapes.put("a list of objects", new Shape("[{}", ",{}", "]"));
        shapes.put("a list of lists", new Shape("[[]", ",[]", "]"));
        shapes.put("nested lists", new Shape("", "[", ""));
        shapes.put("unknown fields", new Shape("{\"uploadId\":\"a\"", ",\"a\":1", "}"));
        shapes.put("unknown lists", new Shape("{\"uploadId\":\"a\",\"x\":[0", ",{\"a\":[]}", "]}"));
        shapes.put(
                "a header again and again", new Shape("{\"headers\":{\"x\":0", ",\"X-Client-Request-Id\":\"a\"", "}}"));
        shapes.put(
                "a long body over HTTP",
                new Shape("{\"requestContext\":{},\"httpMethod\":\"A\",\"body\":\"", "ü", "\"}"));
        shapes.put("a long path", new Shape("{\"requestContext\":{},\"httpMethod\":\"A\",\"path\":\"", "/", "\"}"));
        shapes.put("one long message", new Shape("{\"Records\":[" + record, "a", "\"}]}"));
        shapes.put("a list in a message", new Shape("{\"Records\":[" + record + "[0", ",0", "]\"}]}"));
        shapes.put("a string in a message", new Shape("{\"Records\":[" + record + "\\\"", "\\u00fc", "\\\"\"}]}"));
        shapes.put("small records", new Shape("[{\"eventSource\":\"aws:sqs\"}", ",{\"eventSource\":\"aws:sqs\"}", "]"));
        shapes.put("most records", new Shape("[" + record + "\"}", "," + record + "x".repeat(300) + "\"}", "]"));
        shapes.put(
                "records of another source",
                new Shape("{\"Records\":[{\"eventSource\":\"aws:s3\"}", ",{\"body\":1}", "]}"));
        return shapes;
    }

    /** Reads each shape and keeps the event while the next one is read, as a defect might. */
    public static void main(String[] args) throws IOException {
        Event last = null;
        for (Map.Entry<String, Shape> shape : shapes().entrySet()) {
            try {
                last = EventReader.read(shape.getValue().open());
            } catch (Throwable e) {
                System.out.println(shape.getKey() + ": " + e);
                System.exit(1);
            }
        }
        System.exit(last == null ? 1 : 0);
    }

    @Test
    void noEventTakesMoreMemoryThanThereIs() throws Exception {
        Process process = new ProcessBuilder(
                        System.getProperty("java.home") + File.separator + "bin" + File.separator + "java",
                        "-Xmx" + HEAP + "m",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        EventMemoryTest.class.getName())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
    }
}
