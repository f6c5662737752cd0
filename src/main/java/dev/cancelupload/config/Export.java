package dev.cancelupload.config;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** The functions of the deployment package; {@code QUARKUS_FUNQY_EXPORT} selects the one of a deployment. */
public enum Export {
    CANCEL_UPLOAD(Export.CANCEL_UPLOAD_NAME),
    CANCEL_UPLOAD_HTTP(Export.CANCEL_UPLOAD_HTTP_NAME),
    CLEAN_UP_UPLOADS(Export.CLEAN_UP_UPLOADS_NAME);

    /** The name of {@link #CANCEL_UPLOAD} as a constant, for {@code @Funq}. */
    public static final String CANCEL_UPLOAD_NAME = "cancelUpload";
    /** The name of {@link #CANCEL_UPLOAD_HTTP} as a constant, for {@code @Funq}. */
    public static final String CANCEL_UPLOAD_HTTP_NAME = "cancelUploadHttp";
    /** The name of {@link #CLEAN_UP_UPLOADS} as a constant, for {@code @Funq}. */
    public static final String CLEAN_UP_UPLOADS_NAME = "cleanUpUploads";

    private final String functionName;

    Export(String functionName) {
        this.functionName = functionName;
    }

    /** The name of the Funqy function, as in {@code QUARKUS_FUNQY_EXPORT}. */
    public String functionName() {
        return functionName;
    }

    /** The export of this name; empty if there is none. */
    public static Optional<Export> named(String functionName) {
        return Arrays.stream(values())
                .filter(e -> e.functionName.equals(functionName))
                .findFirst();
    }

    /** The names of all exports for a message: {@code cancelUpload, cancelUploadHttp or cleanUpUploads}. */
    public static String names() {
        String all = Arrays.stream(values()).map(Export::functionName).collect(Collectors.joining(", "));
        int last = all.lastIndexOf(", ");
        return all.substring(0, last) + " or " + all.substring(last + 2);
    }
}
