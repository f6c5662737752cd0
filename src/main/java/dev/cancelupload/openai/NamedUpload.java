package dev.cancelupload.openai;

/** The Upload that a caller named: a valid id, or the reason why there is none. */
public sealed interface NamedUpload {

    /** The id from the caller, valid or not; empty if there was none. */
    String given();

    /** Parses an id from a caller. */
    static NamedUpload of(String given) {
        try {
            return new Valid(new UploadId(given));
        } catch (UploadFailure e) {
            return new Invalid(given, e);
        }
    }

    /** For a caller that named no Upload. */
    static NamedUpload none(UploadFailure why) {
        return new Invalid("", why);
    }

    /** A valid id. */
    record Valid(UploadId id) implements NamedUpload {
        @Override
        public String given() {
            return id.value();
        }
    }

    /** No id or an invalid one. */
    record Invalid(String given, UploadFailure why) implements NamedUpload {}
}
