package dev.cancelupload;

import io.quarkus.test.junit.QuarkusIntegrationTest;

/** The same tests against the native executable. */
@QuarkusIntegrationTest
class CancelUploadRetriesIT extends CancelUploadRetriesTest {}
