package dev.cancelupload.openai;

/** The Upload that a caller named: an id that can be sent, or why there is none. */
public sealed interface NamedUpload {

    /** The id as the caller gave it, valid or not; empty if it gave none. */
    String given();

    /** Parses what a caller gave as an id. */
    static NamedUpload of(String given) {
        try {
            return new Valid(new UploadId(given));
        } catch (UploadFailure e) {
            return new Invalid(given, e);
        }
    }

    /** The caller named no Upload. */
    static NamedUpload none(UploadFailure why) {
        return new Invalid("", why);
    }

    /** An id that can be sent to OpenAI. */
    record Valid(UploadId id) implements NamedUpload {
        @Override
        public String given() {
            return id.value();
        }
    }

    /** No id, or none that can be sent. */
    record Invalid(String given, UploadFailure why) implements NamedUpload {}
}
