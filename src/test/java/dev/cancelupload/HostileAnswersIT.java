package dev.cancelupload;

import io.quarkus.test.junit.QuarkusIntegrationTest;

/** The same against the executable. */
@QuarkusIntegrationTest
class HostileAnswersIT extends HostileAnswersTest {}
