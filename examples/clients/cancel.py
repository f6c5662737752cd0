"""Cancels an OpenAI Upload through the HTTP endpoint, with OpenAI's own client.

Needs openai, and in the environment OPENAI_BASE_URL, which is the stack's output HttpBaseUrl, and OPENAI_API_KEY, which is a
token of your identity provider and not a key of OpenAI's.

    python3 cancel.py upload_abc123
"""
import sys

import openai
from openai.types import Upload


def cancel(upload_id: str) -> Upload:
    """Cancels the upload and returns it.

    The errors are those of OpenAI's API: BadRequestError if the upload is already completed, cancelled or expired, NotFoundError
    if OpenAI does not know it, RateLimitError, InternalServerError.
    """
    return openai.OpenAI().uploads.cancel(upload_id)


if __name__ == "__main__":
    print(cancel(sys.argv[1]).to_json())
