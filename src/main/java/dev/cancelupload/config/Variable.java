package dev.cancelupload.config;

/**
 * The environment variables that configure the function; each constant is the name of a variable. Where OpenAI's
 * official SDKs and CLI have the same setting, its name is theirs.
 */
public enum Variable {
    OPENAI_API_KEY,
    OPENAI_API_KEY_SECRET,
    OPENAI_API_KEY_SECRET_FIELD,
    OPENAI_API_KEY_TTL,
    OPENAI_BASE_URL,
    OPENAI_ORG_ID,
    OPENAI_PROJECT_ID,
    OPENAI_MAX_RETRIES,
    OPENAI_TIMEOUT,
    CANCEL_BUDGET,
    CLEAN_UP_CONCURRENCY,
    CONNECT_AT_INIT,
    SSL_CERT_FILE,
    OPENAI_MTLS_CLIENT_CERT_FILE,
    OPENAI_MTLS_CLIENT_KEY_FILE,
    HTTPS_PROXY,
    NO_PROXY,
    QUARKUS_FUNQY_EXPORT
}
