package dev.cancelupload.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads which of the three kinds of credentials for OpenAI is set, and for those that are fetched, where AWS is.
 *
 * @see <a href="https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html">Service-specific
 *     endpoints</a>
 */
final class CredentialsReader {

    private static final List<Variable> CREDENTIALS = List.of(
            Variable.OPENAI_API_KEY,
            Variable.OPENAI_API_KEY_SECRET,
            Variable.OPENAI_IDENTITY_PROVIDER_ID,
            Variable.OPENAI_SERVICE_ACCOUNT_ID);

    private static final String DEFAULT_TOKEN_URL = "https://auth.openai.com/oauth/token";

    private final Environment environment;
    private final ProxyVariables proxies;

    CredentialsReader(Environment environment, ProxyVariables proxies) {
        this.environment = environment;
        this.proxies = proxies;
    }

    /** One of the three; null after a problem. */
    CredentialsSource read() {
        List<String> set = new ArrayList<>(2);
        for (Variable variable : CREDENTIALS) {
            if (environment.value(variable).isPresent()) {
                set.add(variable.name());
            }
        }
        String names = String.join(" and ", set);
        switch (names) {
            case "OPENAI_API_KEY":
                return key(value(Variable.OPENAI_API_KEY));
            case "OPENAI_API_KEY_SECRET":
                return secret(value(Variable.OPENAI_API_KEY_SECRET));
            case "OPENAI_IDENTITY_PROVIDER_ID and OPENAI_SERVICE_ACCOUNT_ID":
                return workloadIdentity();
            default:
                environment.problem((set.isEmpty()
                                ? "There are no credentials"
                                : names + (set.size() == 1 ? " alone is set" : " are set"))
                        + ": it has to be one of OPENAI_API_KEY (a key of platform.openai.com/api-keys),"
                        + " OPENAI_API_KEY_SECRET (the AWS Secrets Manager secret that holds it), or both"
                        + " OPENAI_IDENTITY_PROVIDER_ID and OPENAI_SERVICE_ACCOUNT_ID (workload identity, without a"
                        + " key).");
                return null;
        }
    }

    private String value(Variable variable) {
        return environment.value(variable).orElseThrow();
    }

    private CredentialsSource key(String value) {
        Optional<String> problem = KeyText.problem(value);
        if (problem.isPresent()) {
            environment.problem("OPENAI_API_KEY cannot be an API key (its value is not shown): it " + problem.get()
                    + ". Set it to the key itself, or OPENAI_API_KEY_SECRET to the name of the AWS Secrets Manager"
                    + " secret that holds it.");
        }
        return new CredentialsSource.Key(value);
    }

    private CredentialsSource secret(String id) {
        String[] arn = id.split(":");
        boolean isArn = arn.length == 7 && arn[2].equals("secretsmanager");
        if (id.startsWith("sk-") || !isArn && !Environment.isOfLettersDigitsOr("/_+=.@!-", id)) {
            environment.wrong(
                    Variable.OPENAI_API_KEY_SECRET,
                    "it has to be the name or the ARN of a secret in AWS Secrets Manager, not the key.");
        }
        Optional<String> region = isArn ? Optional.of(arn[3]) : environment.value(Variable.AWS_REGION);
        return new CredentialsSource.Secret(
                id,
                environment.value(Variable.OPENAI_API_KEY_SECRET_FIELD),
                service("secretsmanager", region, Variable.AWS_ENDPOINT_URL_SECRETS_MANAGER));
    }

    private CredentialsSource workloadIdentity() {
        Address tokenUrl = environment.address(Variable.OPENAI_TOKEN_URL, DEFAULT_TOKEN_URL);
        return new CredentialsSource.WorkloadIdentity(
                environment.id(Variable.OPENAI_IDENTITY_PROVIDER_ID).orElseThrow(),
                environment.id(Variable.OPENAI_SERVICE_ACCOUNT_ID).orElseThrow(),
                service("sts", environment.value(Variable.AWS_REGION), Variable.AWS_ENDPOINT_URL_STS),
                tokenUrl.uri(),
                proxies.to(tokenUrl));
    }

    private AwsService service(String name, Optional<String> configuredRegion, Variable ofService) {
        String region = configuredRegion.orElse("");
        // Strict, since the Region becomes part of a host name.
        if (region.isEmpty() || !Environment.isOfLettersDigitsOr("-", region)) {
            environment.problem("AWS_REGION names no AWS Region: Lambda sets it; elsewhere set it to a Region such as"
                    + " eu-central-1.");
            region = "us-east-1";
        }
        Variable variable = environment.value(ofService).isPresent() ? ofService : Variable.AWS_ENDPOINT_URL;
        Address endpoint = environment.address(variable, "https://" + host(name, region));
        return new AwsService(name, region, endpoint.withoutSlashAtEnd(), awsCredentials(), proxies.to(endpoint));
    }

    /**
     * As AWS's SDKs make it, for the partitions of China, the European Sovereign Cloud and all others.
     *
     * @see <a href="https://docs.aws.amazon.com/sdkref/latest/guide/feature-endpoints.html">Dual-stack and FIPS
     *     endpoints</a>
     */
    private String host(String name, String region) {
        boolean dualStack = isTrue(Variable.AWS_USE_DUALSTACK_ENDPOINT);
        boolean fips = isTrue(Variable.AWS_USE_FIPS_ENDPOINT);
        if (name.equals("secretsmanager") && !region.startsWith("eusc-")) {
            dualStack = false; // Its ordinary endpoints are dual-stack.
        }
        if (name.equals("sts") && region.startsWith("us-gov-") && !dualStack) {
            fips = false; // Its ordinary endpoints are FIPS endpoints.
        }
        String domain;
        if (region.startsWith("cn-")) {
            domain = dualStack ? "api.amazonwebservices.com.cn" : "amazonaws.com.cn";
        } else if (region.startsWith("eusc-")) {
            domain = dualStack ? "api.amazonwebservices.eu" : "amazonaws.eu";
        } else {
            domain = dualStack ? "api.aws" : "amazonaws.com";
        }
        return name + (fips ? "-fips." : ".") + region + "." + domain;
    }

    private boolean isTrue(Variable variable) {
        String value = environment.value(variable).orElse("false");
        if (!value.equalsIgnoreCase("true") && !value.equalsIgnoreCase("false")) {
            environment.wrong(variable, "it has to be true or false.");
        }
        return value.equalsIgnoreCase("true");
    }

    private AwsCredentials awsCredentials() {
        Optional<String> id = environment.value(Variable.AWS_ACCESS_KEY_ID);
        Optional<String> key = environment.value(Variable.AWS_SECRET_ACCESS_KEY);
        if (id.isEmpty() || key.isEmpty()) {
            environment.problem(
                    "AWS_ACCESS_KEY_ID or AWS_SECRET_ACCESS_KEY is not set: Lambda sets them to credentials of"
                            + " the function's role; elsewhere set them to credentials that may do the same.");
        }
        return new AwsCredentials(id.orElse(""), key.orElse(""), environment.value(Variable.AWS_SESSION_TOKEN));
    }
}
