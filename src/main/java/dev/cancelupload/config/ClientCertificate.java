package dev.cancelupload.config;

import java.nio.file.Path;

/**
 * What the function shows to a server that asks who is calling (mutual TLS).
 *
 * @param certificates PEM file with the certificate and those that lead to its issuer
 * @param key PEM file with its private key
 */
public record ClientCertificate(Path certificates, Path key) {}
