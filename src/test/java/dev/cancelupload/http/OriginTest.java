package dev.cancelupload.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OriginTest {

    @ParameterizedTest
    @CsvSource({
        "https://api.openai.com/v1,          true,  api.openai.com,         443",
        "HTTPS://api.openai.com:8443/v1,     true,  api.openai.com,         8443",
        "http://127.0.0.1:8080,              false, 127.0.0.1,              8080",
        "http://localhost/v1?a=b,            false, localhost,              80",
        "https://[::1]/v1,                   true,  ::1,                    443",
        "https://[2001:db8::1]:8443,         true,  2001:db8::1,            8443",
        "https://litellm_proxy.internal/v1,  true,  litellm_proxy.internal, 443",
        "https://litellm_proxy:4000/v1,      true,  litellm_proxy,          4000",
        "https://user:pass@a_b.example:1/v1, true,  a_b.example,            1",
        "https://api.openai.com:/v1,         true,  api.openai.com,         443",
    })
    void theServerOfAUrl(URI uri, boolean tls, String host, int port) {
        assertEquals(new Origin(tls, host, port), Origin.of(uri));
    }

    @ParameterizedTest
    @ValueSource(strings = {"https:///v1", "https:v1", "/v1", "https://a_b:0/", "https://a_b:65536", "https://a_b:x"})
    void aUrlWithoutAServerIsRefused(URI uri) {
        assertThrows(IllegalArgumentException.class, () -> Origin.of(uri));
    }

    @Test
    void anIpv6AddressIsShownInBrackets() {
        assertEquals("[::1]:443", Origin.of(URI.create("https://[::1]/v1")).toString());
    }
}
