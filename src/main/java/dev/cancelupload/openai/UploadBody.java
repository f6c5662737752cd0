package dev.cancelupload.openai;

/** The body of a 2xx answer: an {@link Upload}, or what it is instead. */
public sealed interface UploadBody permits Upload, UploadBody.Other {

    /**
     * A body that is no Upload.
     *
     * @param reason completes the sentence "OpenAI's answer …"
     */
    record Other(String reason) implements UploadBody {}
}
