"""Cancels an OpenAI Upload."""

from openai import OpenAI

# Reads OPENAI_API_KEY and OPENAI_BASE_URL; httpx honours SSL_CERT_FILE.
client = OpenAI()


def handler(upload_id, context):
    return client.uploads.cancel(upload_id).to_dict(mode="json")
