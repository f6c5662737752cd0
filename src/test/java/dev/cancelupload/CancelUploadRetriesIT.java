package dev.cancelupload;

import io.quarkus.test.junit.QuarkusIntegrationTest;

/** The same against the packaged native executable. */
@QuarkusIntegrationTest
class CancelUploadRetriesIT extends CancelUploadRetriesTest {}
