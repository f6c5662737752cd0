package dev.cancelupload.redaction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedactionTest {

    private static final String KEY = "gw+Abc/Def\"0Hq7vY";

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "gw+Abc/Def\"0Hq7vY,***",
                "the key gw+Abc/Def\"0Hq7vY is wrong,the key *** is wrong",
                "{\"key\":\"gw+Abc\\/Def\\\"0Hq7vY\"},{\"key\":\"***\"}",
                "gw+Abc/Def\\u00220Hq7vY and \\u0067w\\u002bAbc/Def\\\"0Hq7vY,*** and ***",
                "gw+Abc/Def\"0Hq7v,gw+Abc/Def\"0Hq7v"
            })
    void aCredentialIsMaskedAsItIsAndEscapedAsInJson(String text, String masked) {
        Redaction.add(KEY);
        assertEquals(masked, Redaction.mask(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sk-proj-0123456789abcdefghijklmnop",
                "sk-abcdefghijklmnop0123456789_-AZ",
                "sk-svcacct-abcd************************wxyz"
            })
    void whatLooksLikeAKeyOfOpenAisIsMasked(String key) {
        assertEquals("Incorrect API key provided: ***.", Redaction.mask("Incorrect API key provided: " + key + "."));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"upload_abc", "risk-assessment-of-november", "sk-short", "upload_sk-0123456789abcdefghijklmnop"})
    void anythingElseStays(String text) {
        assertSame(text, Redaction.mask(text));
    }

    @Test
    void anEarlierCredentialIsMaskedToo() {
        Redaction.add("first-credential");
        Redaction.add("second-credential");
        assertEquals("*** ***", Redaction.mask("first-credential second-credential"));
    }

    @Test
    void aCredentialTooShortToBeOneMasksNothing() {
        Redaction.add("up");
        assertEquals("upload_1", Redaction.mask("upload_1"));
    }
}
