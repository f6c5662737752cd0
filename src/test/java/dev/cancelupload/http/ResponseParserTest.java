package dev.cancelupload.http;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResponseParserTest {

    private static ResponseParser parser(String bytes) {
        return new ResponseParser(new ByteArrayInputStream(bytes.getBytes(StandardCharsets.ISO_8859_1)));
    }

    private static HttpResponse read(String bytes) throws IOException {
        return parser(bytes).read();
    }

    private static String text(HttpResponse answer) {
        return new String(answer.body(), StandardCharsets.ISO_8859_1);
    }

    @Test
    void twoAnswersOnOneConnectionAreReadOneAfterTheOther() throws IOException {
        ResponseParser parser = parser("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab");
        assertEquals("ab", text(parser.read()));
        assertTrue(parser.isReusable());
        ResponseParser both = parser(
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabHTTP/1.1 404 No\r\ntransfer-encoding: Chunked\r\n\r\n"
                        + "3\r\ncde\r\n0\r\n\r\n");
        assertEquals("ab", text(both.read()));
        // Unsolicited data belongs to no request.
        assertFalse(both.isReusable());
        assertEquals("cde", text(both.read()));
        assertTrue(both.isReusable());
    }

    @Test
    void aHeaderThatComesTwiceKeepsBothValuesUnderItsLowerCaseName() throws IOException {
        HttpResponse answer = read("HTTP/1.1 200 OK\r\nX-A: 1\r\nx-a:2 \r\nX-B:\r\ncontent-length: 0\r\n\r\n");
        assertEquals(List.of("1", "2"), answer.headers().get("x-a"));
        assertEquals(List.of(""), answer.headers().get("x-b"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "HTTP/1.1 200 OK\\r\\ncontent-length: 0\\r\\n\\r\\n|true",
                "HTTP/1.1 204 No Content\\r\\n\\r\\n|true",
                "HTTP/1.1 304 Not Modified\\r\\ncontent-length: 99\\r\\n\\r\\n|true",
                "HTTP/1.1 200 OK\\r\\ncontent-length: 0\\r\\nconnection: close\\r\\n\\r\\n|false",
                "HTTP/1.1 200 OK\\r\\ncontent-length: 0\\r\\nconnection: foo, Close\\r\\n\\r\\n|false",
                "HTTP/1.0 200 OK\\r\\ncontent-length: 0\\r\\n\\r\\n|false",
                "HTTP/1.1 204 No Content\\r\\ncontent-length: 5\\r\\n\\r\\n|false",
                "HTTP/1.1 200 OK\\r\\ntransfer-encoding: chunked\\r\\n\\r\\n0\\r\\n\\r\\n|true",
                "HTTP/1.1 200 OK\\r\\n\\r\\nuntil the end|false",
            })
    void aConnectionIsReusedOnlyIfTheAnswersEndIsCertain(String bytes, boolean reusable) throws IOException {
        ResponseParser parser = parser(bytes.replace("\\r\\n", "\r\n"));
        parser.read();
        assertEquals(reusable, parser.isReusable());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\r\n",
                "HTTP/2 200\r\n\r\n",
                "HTTP/1.1 20\r\n\r\n",
                "HTTP/1.1 2000 OK\r\n\r\n",
                "HTTP/1.1 099 X\r\n\r\n",
                "HTTP/1.1 600 X\r\n\r\n",
                "HTTP/1.1 abc X\r\n\r\n",
                "SSH-2.0-OpenSSH_9.2\r\n",
                "HTTP/1.1 101 Switching\r\n\r\n",
                "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
                "HTTP/1.1 200 OK\r\n: empty\r\n\r\n",
                "HTTP/1.1 200 OK\r\n folded: x\r\n\r\n",
                "HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n",
                "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
                "HTTP/1.1 200 OK\r\ncontent-length:\r\n\r\n",
                "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
                "HTTP/1.1 200 OK\r\ncontent-length: 65537\r\n\r\n",
                "HTTP/1.1 200 OK\r\ncontent-length: 99999999999999999999\r\n\r\n",
                "HTTP/1.x 200 OK\r\ncontent-length: 0\r\n\r\n",
                "HTTP/1.1 200 OK\r\ncontent-length: 1, 1\r\n\r\na",
                "HTTP/1.1 200 OK\r\ncontent-length: 1\r\n 0\r\n\r\n0123456789",
                "HTTP/1.1 200 OK\r\ncontent-length : 1\r\n\r\na",
                "HTTP/1.1 200 OK\r\nx\t: 1\r\ncontent-length: 1\r\n\r\na",
                "HTTP/1.1 200 OK\r\ncontent-length: \u000b1\r\n\r\na",
                "HTTP/1.1 200 OK\r\n content-length: 1\r\n\r\na",
                "HTTP/1.1 200 OK\r\n\u0000content-length: 1\r\n\r\na",
                "HTTP/1.1 200 OK\r\nconnection: close\u0000\r\ncontent-length: 1\r\n\r\na",
                "HTTP/1.1 200 OK\ncontent-length: 1\n\na",
                "HTTP/1.1 200 OK\r\nx: 1\ncontent-length: 1\r\n\r\na",
                "HTTP/1.1 200 OK\r\nx: 1\rcontent-length: 1\r\n\r\na",
                "HTTP/1.1 200 OK\r\nx: 1\r\r\ncontent-length: 1\r\n\r\na",
                "HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-length: 0\r\n\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\ntransfer-encoding : chunked\r\n\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\ntransfer-encoding:\r\n\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\ntransfer-encoding: \u000bchunked\r\n\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n-0\r\n\r\n",
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0x1\r\na\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n 1\r\na\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1 \r\na\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1 1\r\na\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n;x\r\n\r\n",
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\nx : 1\r\n\r\n",
                "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip\r\n\r\n",
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n",
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n-1\r\n",
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n+1\r\na\r\n",
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nfffffffff\r\n",
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nab\r\n",
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n\r\n"
            })
    void whatIsNoHttpOrTooLargeIsMalformed(String bytes) {
        assertThrows(ResponseParser.MalformedResponseException.class, () -> read(bytes));
    }

    @Test
    void aFoldedLineGoesOnAfterASpace() throws IOException {
        HttpResponse answer = read("HTTP/1.1 200 OK\r\nx: a\r\n b\r\n\t c \r\ncontent-length:\r\n 1\r\n\r\nd");
        assertEquals(List.of("a b c"), answer.headers().get("x"));
        assertEquals("d", text(answer));
    }

    @Test
    void aFieldThatIsNoneIsLeftOut() throws IOException {
        HttpResponse answer =
                read("HTTP/1.1 200 OK\r\nx bad name: 1\r\nx(y): 1\r\nx-nul: a\u0000b\r\nx-esc: \u001b[1m\r\n"
                        + "x-tab: a\tb\r\nx-latin: \u00e9\r\ncontent-length: 1\r\n\r\nd");
        assertEquals(
                List.of("x-tab", "x-latin", "content-length"),
                List.copyOf(answer.headers().keySet()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "01", "0000000000000000000000000000000001", "1;x=y", "1 ;x", "1\t;"})
    void aChunkSizeMayHaveZerosBeforeItAndAnExtensionAfterIt(String size) throws IOException {
        assertEquals(
                "a",
                text(read("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + size + "\r\na\r\n000\r\n\r\n")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"x: 1\r\n", "0123456789abcdef: 0123456789abcdef\r\n"})
    void manyFieldsAreTooMany(String field) {
        assertThat(
                assertThrows(
                                ResponseParser.MalformedResponseException.class,
                                () -> read("HTTP/1.1 200 OK\r\n" + field.repeat(10_000)))
                        .getMessage(),
                containsString("its head is larger than"));
    }

    /** Each part is within its limit, and so are all of them together. */
    @ParameterizedTest
    @ValueSource(strings = {"1;%s\r\na\r\n", "1\r\na\r\n"})
    void whatFramesChunksIsBounded(String chunk) {
        ResponseParser parser = parser("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
                + chunk.formatted("x".repeat(1000)).repeat(20_000));
        assertThat(
                assertThrows(ResponseParser.MalformedResponseException.class, parser::read)
                        .getMessage(),
                containsString("its head is larger than"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "HTTP/1.1 200",
                "HTTP/1.1 200 OK\r\n",
                "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nabcd",
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nabcd",
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n",
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n",
                "HTTP/1.1 100 Continue\r\n\r\n"
            })
    void whatEndsTooEarlyIsNoAnswer(String bytes) {
        assertThrows(ResponseParser.PrematureEndException.class, () -> read(bytes));
    }

    @Test
    void interimAnswersWithoutEndAreMalformed() {
        IOException e = assertThrows(
                ResponseParser.MalformedResponseException.class,
                () -> read("HTTP/1.1 102 Processing\r\n\r\n".repeat(50)));
        assertThat(e.getMessage(), containsString("more than 10"));
    }

    @Test
    void manySmallChunksAreBoundedInTheirSum() {
        assertThrows(
                ResponseParser.MalformedResponseException.class,
                () -> read("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
                        + ("400\r\n" + "x".repeat(1024) + "\r\n").repeat(65)));
    }

    @Property(tries = 20_000)
    void anyBytesGiveAnAnswerOrAnIoException(@ForAll byte[] bytes) {
        try {
            new ResponseParser(new ByteArrayInputStream(bytes)).read();
        } catch (IOException e) {
            // As documented.
        }
    }

    @Property(tries = 2_000)
    void howTheBytesAreCutIntoPacketsDoesNotMatter(@ForAll @IntRange(min = 1, max = 40) int size) throws IOException {
        byte[] bytes =
                ("HTTP/1.1 103 Early\r\na: b\r\n\r\nHTTP/1.1 200 OK\r\nX-A: 1\r\ntransfer-encoding: chunked\r\n\r\n"
                                + "a;x=y\r\n0123456789\r\n3\r\nabc\r\n0\r\nt: u\r\n\r\n")
                        .getBytes(StandardCharsets.ISO_8859_1);
        InputStream packets = new ByteArrayInputStream(bytes) {
            @Override
            public synchronized int read(byte[] target, int offset, int length) {
                return super.read(target, offset, Math.min(length, size));
            }
        };
        assertEquals("0123456789abc", text(new ResponseParser(packets).read()));
    }
}
