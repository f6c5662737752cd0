package dev.cancelupload.lambda;

import dev.cancelupload.config.Export;
import dev.cancelupload.openai.FailureKind;
import dev.cancelupload.openai.NamedUpload;
import dev.cancelupload.openai.UploadFailure;
import java.util.List;
import java.util.Optional;

/**
 * The upload ids in what a caller sent.
 *
 * @see UploadIdsReader
 */
public sealed interface UploadIds {

    /** The most ids that one clean-up takes. */
    int MOST = 1000;

    /** The one Upload; invalid if there is none, two different ones, or a list of them. */
    NamedUpload one();

    /**
     * The Uploads in their order; an element of the list that was no string is invalid.
     *
     * @throws UploadFailure if there are none in any documented form, or more than {@link #MOST}
     */
    List<NamedUpload> many();

    /** The function that takes ids in this form, if there is one. */
    Optional<Export> export();

    /** An id in a JSON string, bare text, or an object's {@code uploadId} or {@code upload_id}. */
    record One(NamedUpload one) implements UploadIds {

        One(String id) {
            this(NamedUpload.of(id));
        }

        @Override
        public List<NamedUpload> many() {
            return List.of(one);
        }

        @Override
        public Optional<Export> export() {
            return Optional.of(Export.CANCEL_UPLOAD);
        }
    }

    /**
     * An array, or an object's {@code uploadIds}.
     *
     * @param ids as many of them as one clean-up takes
     * @param size how many there were
     */
    record Many(List<String> ids, long size) implements UploadIds {
        @Override
        public NamedUpload one() {
            return isList();
        }

        @Override
        public List<NamedUpload> many() {
            if (size > MOST) {
                throw UploadFailure.of(
                        FailureKind.INVALID_EVENT,
                        "The list has " + size + " ids, and " + MOST
                                + " is the most that one clean-up takes: split it, or send the ids to the queue of the export "
                                + Export.CANCEL_UPLOAD_NAME + ", which has no limit. Nothing was sent to OpenAI.");
            }
            return ids.stream().map(NamedUpload::of).toList();
        }

        @Override
        public Optional<Export> export() {
            return Optional.of(Export.CLEAN_UP_UPLOADS);
        }
    }

    /** An object whose {@code uploadIds} is no array. */
    record NotAnArray() implements UploadIds {
        @Override
        public NamedUpload one() {
            return isList();
        }

        @Override
        public List<NamedUpload> many() {
            throw UploadFailure.of(
                    FailureKind.INVALID_EVENT, "The field \"uploadIds\" is not an array. Nothing was sent to OpenAI.");
        }

        @Override
        public Optional<Export> export() {
            return Optional.of(Export.CLEAN_UP_UPLOADS);
        }
    }

    /**
     * No id.
     *
     * @param why what to tell the caller
     * @param export the function whose fields are there, with values that are no ids
     */
    record None(UploadFailure why, Optional<Export> export) implements UploadIds {
        @Override
        public NamedUpload one() {
            return NamedUpload.none(why);
        }

        @Override
        public List<NamedUpload> many() {
            throw why;
        }
    }

    /** No id, since {@code problem}, a sentence. */
    static UploadIds none(String problem, Optional<Export> export) {
        return new None(
                UploadFailure.of(
                        FailureKind.INVALID_UPLOAD_ID,
                        problem
                                + " Send the id as a JSON string, or as {\"uploadId\": \"upload_…\"}. Nothing was sent to OpenAI."),
                export);
    }

    private static NamedUpload isList() {
        return NamedUpload.none(UploadFailure.of(
                FailureKind.WRONG_EXPORT,
                "This function cancels one upload and got a list: lists are for the export "
                        + Export.CLEAN_UP_UPLOADS_NAME + ". Nothing was sent to OpenAI."));
    }
}
