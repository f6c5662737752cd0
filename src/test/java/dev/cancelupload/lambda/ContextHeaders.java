package dev.cancelupload.lambda;

import java.util.Map;
import java.util.stream.Stream;

/** Values of the headers that describe the caller of an invocation: AWS's JSON, and anything else a caller can send. */
public final class ContextHeaders {

    private ContextHeaders() {}

    /** Values for either header. */
    public static Stream<String> values() {
        return Stream.of(
                "{\"cognitoIdentityId\":\"us-east-1:1a2b\",\"cognitoIdentityPoolId\":\"us-east-1:3c4d\"}",
                "{\"identity_id\":\"us-east-1:1a2b\",\"identity_pool_id\":\"us-east-1:3c4d\"}",
                "{\"client\":{\"installation_id\":\"i\",\"app_title\":\"a\",\"app_version_name\":\"1\",\"app_version_code\":\"1\","
                        + "\"app_package_name\":\"p\"},\"custom\":{\"k\":\"v\"},\"env\":{\"locale\":\"en\"}}",
                "{\"custom\":{\"k\":{\"not\":[\"a\",\"string\"]}},\"env\":7}",
                "{\"client\":[],\"client\":{},\"custom\":null}",
                "{}",
                "[]",
                "null",
                "\"text\"",
                "no JSON",
                "{",
                "[".repeat(3500),
                "9".repeat(3500),
                "{\"custom\":{\"k\":\"" + "v".repeat(3500) + "\"}}",
                "%7B%7D");
    }

    /** Both headers with this value. */
    public static Map<String, String> of(String value) {
        return Map.of("Lambda-Runtime-Cognito-Identity", value, "Lambda-Runtime-Client-Context", value);
    }
}
