package dev.cancelupload.lambda;

import dev.cancelupload.config.Export;
import dev.cancelupload.openai.FailureKind;
import dev.cancelupload.openai.NamedUpload;
import dev.cancelupload.openai.UploadFailure;
import java.util.List;
import java.util.Optional;

/**
 * The upload ids of an event or message.
 *
 * @see UploadIdsReader
 */
public sealed interface UploadIds {

    /** The maximum number of ids of one clean-up. */
    int MAX_IDS = 1000;

    /** The one Upload; invalid if there is none, two different ones, or a list of them. */
    NamedUpload one();

    /**
     * The Uploads in their order. An element of the list that was not a string is invalid.
     *
     * @throws UploadFailure if the event has no ids in a documented form, or more than {@link #MAX_IDS}
     */
    List<NamedUpload> many();

    /** The export for ids in this form, if there is one. */
    Optional<Export> export();

    /** One id: a JSON string, plain text, or the field {@code uploadId} or {@code upload_id} of an object. */
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
     * A list of ids: an array, or the field {@code uploadIds} of an object.
     *
     * @param ids the ids; empty if there are more than {@link #MAX_IDS}
     * @param size the number of ids in the event
     */
    record Many(List<String> ids, long size) implements UploadIds {
        @Override
        public NamedUpload one() {
            return listGiven();
        }

        @Override
        public List<NamedUpload> many() {
            if (size > MAX_IDS) {
                throw UploadFailure.of(
                        FailureKind.INVALID_EVENT,
                        "The list has " + size + " ids, and " + MAX_IDS
                                + " is the most that one clean-up takes: split it, or send the ids to the queue of the"
                                + " export " + Export.CANCEL_UPLOAD_NAME
                                + ", which has no limit. Nothing was sent to OpenAI.");
            }
            return ids.stream().map(NamedUpload::of).toList();
        }

        @Override
        public Optional<Export> export() {
            return Optional.of(Export.CLEAN_UP_UPLOADS);
        }
    }

    /** An object whose field {@code uploadIds} is not an array. */
    record NotAnArray() implements UploadIds {
        @Override
        public NamedUpload one() {
            return listGiven();
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
     * @param why the failure for the caller
     * @param export the export whose fields the event has, without a valid value
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

    /** @param problem a sentence that says why there is no id */
    static UploadIds none(String problem, Optional<Export> export) {
        return new None(
                UploadFailure.of(
                        FailureKind.INVALID_UPLOAD_ID,
                        problem + " Send the id as a JSON string, or as {\"uploadId\": \"upload_…\"}."
                                + " Nothing was sent to OpenAI."),
                export);
    }

    private static NamedUpload listGiven() {
        return NamedUpload.none(UploadFailure.of(
                FailureKind.WRONG_EXPORT,
                "This function cancels one upload and got a list: lists are for the export "
                        + Export.CLEAN_UP_UPLOADS_NAME + ". Nothing was sent to OpenAI."));
    }
}
