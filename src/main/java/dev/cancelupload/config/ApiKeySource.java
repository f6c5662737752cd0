package dev.cancelupload.config;

/** Where OpenAI's API key is: in the environment, or in a secret of AWS Secrets Manager. */
public sealed interface ApiKeySource permits ApiKey, ApiKeySecret {}
