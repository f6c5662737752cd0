package dev.cancelupload.config;

import java.nio.file.Path;

/**
 * The client certificate for mutual TLS.
 *
 * @param certificates PEM file with the certificate and its intermediate certificates
 * @param key PEM file with its private key
 */
public record ClientCertificate(Path certificates, Path key) {}
