package dev.cancelupload;

import io.quarkus.test.junit.QuarkusIntegrationTest;

/** The same against the packaged native executable. */
@QuarkusIntegrationTest
class CancelUploadIT extends CancelUploadTest {}
