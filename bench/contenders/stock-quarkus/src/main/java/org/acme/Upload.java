package org.acme;

import com.fasterxml.jackson.annotation.JsonProperty;

public record Upload(
        String id,
        String object,
        long bytes,
        @JsonProperty("created_at") long createdAt,
        @JsonProperty("expires_at") long expiresAt,
        String filename,
        String purpose,
        String status,
        Object file) {
}
