package dev.cancelupload.http;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** In the tables a line of an answer ends in a slash, which stands for CR and LF. */
class ResponseReaderTest {

    private static ResponseReader reader(String answer) {
        byte[] bytes = answer.replace("/", "\r\n")
                .replace("HTTP\r\n", "HTTP/")
                .replace("LF", "\n")
                .getBytes(StandardCharsets.ISO_8859_1);
        return new ResponseReader(new ByteArrayInputStream(bytes)::read);
    }

    private static HttpResponse read(String answer) throws IOException {
        return reader(answer).read(false);
    }

    private static String text(HttpResponse answer) {
        return new String(answer.body(), StandardCharsets.ISO_8859_1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK/content-length: 5//hello",
                "HTTP/1.1 200 OK/content-length: 5//hello of which this is no more",
                "HTTP/1.1 200 OK/content-length: 000005//hello",
                "HTTP/1.1 200 OK//hello",
                "HTTP/1.0 200 OK//hello",
                "HTTP/1.0 200 OK/content-length: 5//hello",
                "HTTP/1.1 200/content-length: 5//hello",
                "HTTP/1.1 200 /content-length: 5//hello",
                "HTTP/1.1 200 OKLFcontent-length: 5LFLFhello",
                "HTTP/1.1 200 OK/CONTENT-LENGTH:5//hello",
                "HTTP/1.1 200 OK/content-length : \t5\t //hello",
                "HTTP/1.1 200 OK/x-empty:/content-length: 5//hello",
                "HTTP/1.1 200 OK/transfer-encoding: chunked//5/hello/0//",
                "HTTP/1.1 200 OK/Transfer-Encoding: CHUNKED//2/he/3/llo/0//",
                "HTTP/1.1 200 OK/transfer-encoding: chunked//0005;name=\"value\"/hello/000;last//",
                "HTTP/1.1 200 OK/transfer-encoding: chunked//5 /hello/0/x-trailer: a/x-other: b//",
                "HTTP/1.1 200 OKLFtransfer-encoding: chunkedLFLF5LFhelloLF0LFLF",
                "HTTP/1.1 100 Continue//HTTP/1.1 103 Early Hints/link: a//HTTP/1.1 200 OK/content-length: 5//hello",
            })
    void whateverSaysWhereABodyEndsIsUnderstood(String answer) throws IOException {
        HttpResponse response = read(answer);
        assertEquals(200, response.status());
        assertEquals("hello", text(response));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "HTTP/1.1 200 OK/content-length: 5/transfer-encoding: chunked//5/hello/0//|both a transfer coding",
                "HTTP/1.1 200 OK/content-length: 5/content-length: 6//hello!|malformed content-length",
                "HTTP/1.1 200 OK/content-length: 5, 5//hello|malformed content-length",
                "HTTP/1.1 200 OK/content-length://hello|malformed content-length",
                "HTTP/1.1 200 OK/content-length: -5//hello|malformed content-length",
                "HTTP/1.1 200 OK/content-length: +5//hello|malformed content-length",
                "HTTP/1.1 200 OK/content-length: 0x5//hello|malformed content-length",
                "HTTP/1.1 200 OK/content-length: 5 5//hello|malformed content-length",
                "HTTP/1.1 200 OK/transfer-encoding: gzip, chunked//5/hello/0//|unknown transfer coding",
                "HTTP/1.1 200 OK/transfer-encoding: chunked/transfer-encoding: chunked//0//|unknown transfer coding",
                "HTTP/1.1 200 OK/transfer-encoding://hello|unknown transfer coding",
                "HTTP/1.1 200 OK/transfer-encoding: chunked//5/hello!/0//|malformed chunk",
                "HTTP/1.1 200 OK/transfer-encoding: chunked//-5/hello/0//|malformed chunk",
                "HTTP/1.1 200 OK/transfer-encoding: chunked//;5/hello/0//|malformed chunk",
                "HTTP/1.1 200 OK/no colon//hello|malformed header line",
                "HTTP/1.1 200 OK/: value//hello|malformed header line",
                "HTTP/1.1 200 OK/ content-length: 5//hello|malformed header line",
                "HTTP/2 200 OK//hello|not HTTP",
                "HTTP/1.1 20 OK//hello|not HTTP",
                "HTTP/1.1 2000 OK//hello|not HTTP",
                "HTTP/1.1 099 OK//hello|not HTTP",
                "HTTP/1.1 600 OK//hello|not HTTP",
                "HTTP/1.1 -20 OK//hello|not HTTP",
                "SSH-2.0-OpenSSH/|not HTTP",
                "/HTTP/1.1 200 OK/content-length: 5//hello|not HTTP",
            })
    void whereItIsNotClearWhereABodyEndsTheAnswerIsRefused(String answer, String reason) {
        ProtocolException e = assertThrows(ProtocolException.class, () -> read(answer));
        assertThat(e.getMessage(), containsString(reason));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "HTTP/1.1 2",
                "HTTP/1.1 200 OK/content-le",
                "HTTP/1.1 200 OK/content-length: 5/",
                "HTTP/1.1 200 OK/content-length: 5//hell",
                "HTTP/1.1 200 OK/transfer-encoding: chunked//5/hel",
                "HTTP/1.1 200 OK/transfer-encoding: chunked//5/hello/",
                "HTTP/1.1 200 OK/transfer-encoding: chunked//5/hello/0/",
                "HTTP/1.1 100 Continue//",
            })
    void anAnswerThatEndsTooEarlyIsNone(String answer) {
        assertThrows(EOFException.class, () -> read(answer));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "HTTP/1.1 200 OK/content-length: 0//|true",
                "HTTP/1.1 200 OK/transfer-encoding: chunked//0//|true",
                "HTTP/1.1 204 No Content/content-length: 5//|false",
                "HTTP/1.1 200 OK/content-length: 0/connection: keep-alive//|true",
                "HTTP/1.1 200 OK/content-length: 0/connection: foo, Close//|false",
                "HTTP/1.0 200 OK/content-length: 0//|false",
                "HTTP/1.1 200 OK//until the end|false",
            })
    void aConnectionIsUsedAgainOnlyIfItIsClearWhereTheAnswerEnds(String answer, boolean reusable) throws IOException {
        ResponseReader reader = reader(answer);
        reader.read(false);
        assertEquals(reusable, reader.isReusable());
    }

    @Test
    void whatFollowsAnAnswerIsNoticed() throws IOException {
        ResponseReader reader = reader("HTTP/1.1 200 OK/content-length: 1//aHTTP/1.1 404 No/content-length: 1//b");
        assertEquals("a", text(reader.read(false)));
        assertTrue(reader.hasMore());
        assertEquals("b", text(reader.read(false)));
        assertFalse(reader.hasMore());
    }

    @Test
    void headersKeepAllValuesUnderTheirLowerCaseName() throws IOException {
        HttpResponse answer = read("HTTP/1.1 200 OK/X-A: 1/x-a:2 /X-B:/x-c: \u00e9/content-length: 0//");
        assertEquals(List.of("1", "2"), answer.headers().get("x-a"));
        assertEquals(List.of(""), answer.headers().get("x-b"));
        assertEquals(List.of("\u00e9"), answer.headers().get("x-c"));
    }

    @Test
    void aBodyOf64KilobytesIsReadAndOneByteMoreIsNot() throws IOException {
        int most = 64 * 1024;
        for (String head : new String[] {
            "HTTP/1.1 200 OK//",
            "HTTP/1.1 200 OK/content-length: %d//",
            "HTTP/1.1 200 OK/transfer-encoding: chunked//%x/"
        }) {
            String end = head.contains("chunked") ? "/0//" : "";
            assertEquals(
                    most, read(head.formatted(most) + "x".repeat(most) + end).body().length);
            String larger = head.formatted(most + 1) + "x".repeat(most + 1) + end;
            ProtocolException e = assertThrows(ProtocolException.class, () -> read(larger));
            assertThat(e.getMessage(), containsString("larger than 65536 bytes"));
        }
        for (String length :
                new String[] {"content-length: 9999999999", "transfer-encoding: chunked//7fffffffffffffff"}) {
            ProtocolException e =
                    assertThrows(ProtocolException.class, () -> read("HTTP/1.1 200 OK/" + length + "//x"));
            assertThat(e.getMessage(), containsString("larger than 65536 bytes"));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "HTTP/1.1 200 OK/|x",
                "HTTP/1.1 200 OK/|x: y/",
                "''|HTTP/1.1 102 Processing//",
                "HTTP/1.1 200 OK/transfer-encoding: chunked//|1;x/y/",
                "HTTP/1.1 200 OK/transfer-encoding: chunked//0/|x: y/",
            })
    void aHeadThatDoesNotEndIsRefused(String start, String next) {
        ProtocolException e = assertThrows(ProtocolException.class, () -> read(start + next.repeat(40_000)));
        assertThat(e.getMessage(), containsString("its head is larger than 32768 bytes"));
    }
}
