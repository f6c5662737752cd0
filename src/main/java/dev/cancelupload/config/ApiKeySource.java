package dev.cancelupload.config;

/** The source of OpenAI's API key: the environment or a secret in AWS Secrets Manager. */
public sealed interface ApiKeySource permits ApiKey, ApiKeySecret {}
