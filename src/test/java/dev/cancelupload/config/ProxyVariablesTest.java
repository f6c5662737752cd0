package dev.cancelupload.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.cancelupload.http.Proxy;
import java.net.URI;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProxyVariablesTest {

    @ParameterizedTest
    @CsvSource({
        "http://proxy.example:3128,proxy.example,3128",
        "HTTP://proxy.example:3128/,proxy.example,3128",
        "proxy.example:3128,proxy.example,3128",
        "http://proxy.example,proxy.example,80",
        "10.0.0.1:8080,10.0.0.1,8080",
        "http://[fd00::1]:3128,fd00::1,3128"
    })
    void anHttpProxyIsReadWithOrWithoutItsScheme(String value, String host, int port) {
        assertEquals(Optional.of(new Proxy(host, port, Optional.empty())), ProxyVariables.parse(value));
    }

    @Test
    void credentialsBecomeBasicAuthorization() {
        Proxy proxy =
                ProxyVariables.parse("http://user:p%40ss@proxy.example:3128").orElseThrow();
        assertEquals(Optional.of("Basic dXNlcjpwQHNz"), proxy.authorization());
        assertEquals("proxy.example:3128", proxy.toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://proxy.example",
                "socks5://proxy.example:1080",
                "http://",
                "http://proxy.example:99999",
                "http://proxy.example/path",
                "http://proxy.example?a=b",
                "not a proxy",
                "://"
            })
    void anotherKindOfProxyIsNone(String value) {
        assertEquals(Optional.empty(), ProxyVariables.parse(value));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "*|https://api.openai.com/v1|true",
                "api.openai.com|https://api.openai.com/v1|true",
                "API.OpenAI.com|https://api.openai.com/v1|true",
                "openai.com|https://api.openai.com/v1|true",
                ".openai.com|https://api.openai.com/v1|true",
                "*.openai.com|https://api.openai.com/v1|true",
                ".openai.com|https://openai.com/v1|false",
                "openai.com|https://openai.com/v1|true",
                "openai.com|https://notopenai.com/v1|false",
                "a.example, openai.com ,b.example|https://api.openai.com/v1|true",
                "a.example,,b.example|https://api.openai.com/v1|false",
                "openai.com:443|https://api.openai.com/v1|true",
                "openai.com:8443|https://api.openai.com/v1|false",
                "openai.com:8443|https://api.openai.com:8443/v1|true",
                "10.1.2.3|https://10.1.2.3/v1|true",
                "10.1.2.3:443|https://10.1.2.3/v1|true",
                "10.0.0.0/8|https://10.1.2.3/v1|true",
                "10.1.2.0/23|https://10.1.3.9/v1|true",
                "10.1.2.0/24|https://10.1.3.9/v1|false",
                "10.0.0.0/8|https://ten.example/v1|false",
                "10.0.0.0/99|https://10.1.2.3/v1|false",
                "10.0.0.0/x|https://10.1.2.3/v1|false",
                "fd00::1|https://[fd00::1]/v1|true",
                "[fd00::1]:443|https://[fd00::1]/v1|true",
                "[fd00::1]:8443|https://[fd00::1]/v1|false",
                "fd00::/8|https://[fdab::1]/v1|true",
                "fe80::/10|https://[fdab::1]/v1|false"
            })
    void noProxyIsReadAsGoReadsIt(String noProxy, URI address, boolean bypassed) {
        assertEquals(bypassed, ProxyVariables.bypasses(noProxy, address));
    }
}
