package dev.cancelupload.config;

import dev.cancelupload.http.Proxy;
import java.util.Optional;

/**
 * Reads the variables that say where a service of AWS is, as AWS's SDKs read them, and the credentials of the
 * function's role, which Lambda sets. Used only if the credentials for OpenAI are fetched.
 *
 * @see <a href="https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html">Service-specific
 *     endpoints</a>
 * @see <a href="https://docs.aws.amazon.com/sdkref/latest/guide/feature-endpoints.html">Dual-stack and FIPS
 *     endpoints</a>
 */
final class AwsServiceReader {

    /** The services that are called. */
    enum Service {
        SECRETS_MANAGER("secretsmanager", "AWS Secrets Manager", Variable.AWS_ENDPOINT_URL_SECRETS_MANAGER),
        STS("sts", "AWS STS", Variable.AWS_ENDPOINT_URL_STS);

        private final String id;
        private final String title;
        private final Variable endpoint;

        Service(String id, String title, Variable endpoint) {
            this.id = id;
            this.title = title;
            this.endpoint = endpoint;
        }
    }

    /** Regions that begin so, the DNS suffix of their partition, and the one of its dual-stack endpoints. */
    private static final String[][] PARTITIONS = {
        {"cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn"},
        {"eusc-", "amazonaws.eu", "api.amazonwebservices.eu"},
        {"us-iso-", "c2s.ic.gov", "api.aws.ic.gov"},
        {"us-isob-", "sc2s.sgov.gov", "api.aws.scloud"},
        {"us-isof-", "csp.hci.ic.gov", "api.aws.hci.ic.gov"},
        {"eu-isoe-", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"},
        {"", "amazonaws.com", "api.aws"}
    };

    private final Environment environment;
    private final ProxyVariables proxies;

    AwsServiceReader(Environment environment, ProxyVariables proxies) {
        this.environment = environment;
        this.proxies = proxies;
    }

    /**
     * Reads where a service is.
     *
     * @param regionOfArn of the resource, if its ARN says it; otherwise the function's own is taken
     * @return not usable if there were problems
     */
    AwsService read(Service service, Optional<String> regionOfArn) {
        String region = region(regionOfArn);
        Address endpoint = configuredEndpoint(service).orElseGet(() -> Address.parse("https://" + host(service, region))
                .orElseThrow());
        Optional<Proxy> proxy = proxies.to(endpoint);
        return new AwsService(service.id, region, endpoint.withoutSlashAtEnd(), credentials(), proxy);
    }

    private String region(Optional<String> ofArn) {
        Optional<String> region = ofArn.or(() -> environment.value(Variable.AWS_REGION))
                .or(() -> environment.value(Variable.AWS_DEFAULT_REGION));
        if (region.isPresent() && isRegion(region.get())) {
            return region.get();
        }
        environment.problem("AWS_REGION names no AWS Region: Lambda sets it; elsewhere set it to a Region such as"
                + " eu-central-1.");
        return "us-east-1";
    }

    /** Strict, since the Region becomes part of a host name. */
    static boolean isRegion(String text) {
        return text.length() <= 32 && text.indexOf('-') > 1 && Characters.areLettersDigitsOr("-", text);
    }

    /** An endpoint that is configured takes precedence over the choice of FIPS and dual-stack, as in the SDKs. */
    private Optional<Address> configuredEndpoint(Service service) {
        if (environment.isTrue(Variable.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS)) {
            return Optional.empty();
        }
        Variable variable =
                environment.value(service.endpoint).isPresent() ? service.endpoint : Variable.AWS_ENDPOINT_URL;
        Optional<String> value = environment.value(variable);
        Optional<Address> address = value.flatMap(Address::parse).filter(a -> a.isTrusted() && a.isWithoutPath());
        if (value.isPresent() && address.isEmpty()) {
            environment.wrong(
                    variable,
                    Environment.shownAddress(value.get()),
                    "it has to be an https URL of " + service.title
                            + " without user, path, query and fragment (http is allowed to a loopback address only).");
        }
        return address;
    }

    private String host(Service service, String region) {
        String[] partition = PARTITIONS[PARTITIONS.length - 1];
        for (String[] candidate : PARTITIONS) {
            if (region.startsWith(candidate[0])) {
                partition = candidate;
                break;
            }
        }
        boolean fips = environment.isTrue(Variable.AWS_USE_FIPS_ENDPOINT);
        boolean dualStack = environment.isTrue(Variable.AWS_USE_DUALSTACK_ENDPOINT);
        if (service == Service.SECRETS_MANAGER && partition[1].startsWith("amazonaws.com")) {
            dualStack = false; // There its ordinary endpoints are dual-stack.
        }
        if (service == Service.STS && region.startsWith("us-gov-") && !dualStack) {
            fips = false; // There its ordinary endpoints are FIPS endpoints.
        }
        return service.id + (fips ? "-fips." : ".") + region + "." + partition[dualStack ? 2 : 1];
    }

    private AwsCredentials credentials() {
        Optional<String> id = environment.value(Variable.AWS_ACCESS_KEY_ID);
        Optional<String> key = environment.value(Variable.AWS_SECRET_ACCESS_KEY);
        Optional<String> token = environment.value(Variable.AWS_SESSION_TOKEN);
        if (id.isEmpty() || key.isEmpty()) {
            environment.problem(
                    "AWS_ACCESS_KEY_ID or AWS_SECRET_ACCESS_KEY is not set: Lambda sets them to credentials of"
                            + " the function's role; elsewhere set them to credentials that may do the same.");
        } else if (KeyText.problem(id.get()).isPresent()
                || token.flatMap(KeyText::problem).isPresent()) {
            environment.problem("AWS_ACCESS_KEY_ID or AWS_SESSION_TOKEN (the values are not shown) cannot be sent as a"
                    + " header: they have to be visible ASCII characters without spaces.");
        }
        return new AwsCredentials(id.orElse(""), key.orElse(""), token);
    }
}
