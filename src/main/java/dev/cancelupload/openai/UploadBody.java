package dev.cancelupload.openai;

/** The body of a 2xx response: an {@link Upload}, or something else. */
public sealed interface UploadBody permits Upload, UploadBody.Other {

    /**
     * A body that is not an Upload.
     *
     * @param reason completes the sentence "OpenAI's answer …"
     */
    record Other(String reason) implements UploadBody {}
}
