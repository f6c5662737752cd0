package dev.cancelupload.openai;

/**
 * An Upload that this call cancelled.
 *
 * @param upload the Upload as OpenAI returned it
 * @param status OpenAI's HTTP status
 * @param headers OpenAI's header fields
 * @param attempts how many requests it took
 */
public record Cancelled(Upload upload, int status, AnswerHeaders headers, int attempts) {}
