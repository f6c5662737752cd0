package dev.cancelupload.config;

/**
 * The environment variables that configure the function; each constant is the name of a variable. Where OpenAI's
 * official SDKs and CLI, or AWS's SDKs, have the same setting, its name is theirs.
 */
public enum Variable {
    OPENAI_API_KEY,
    OPENAI_API_KEY_SECRET,
    OPENAI_API_KEY_SECRET_FIELD,
    OPENAI_IDENTITY_PROVIDER_ID,
    OPENAI_SERVICE_ACCOUNT_ID,
    OPENAI_TOKEN_URL,
    OPENAI_BASE_URL,
    OPENAI_ORG_ID,
    OPENAI_PROJECT_ID,
    OPENAI_MAX_RETRIES,
    OPENAI_TIMEOUT,
    CANCEL_BUDGET,
    CLEAN_UP_CONCURRENCY,
    SSL_CERT_FILE,
    OPENAI_MTLS_CLIENT_CERT_FILE,
    OPENAI_MTLS_CLIENT_KEY_FILE,
    HTTPS_PROXY,
    NO_PROXY,
    AWS_REGION,
    AWS_ACCESS_KEY_ID,
    AWS_SECRET_ACCESS_KEY,
    AWS_SESSION_TOKEN,
    AWS_ENDPOINT_URL,
    AWS_ENDPOINT_URL_SECRETS_MANAGER,
    AWS_ENDPOINT_URL_STS,
    AWS_USE_FIPS_ENDPOINT,
    AWS_USE_DUALSTACK_ENDPOINT
}
