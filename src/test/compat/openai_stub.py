"""OpenAI's Uploads API on loopback, as far as cancelling goes. The upload's id says what happens: see ANSWERS.

    python3 openai_stub.py --key KEY --address FILE --requests FILE

It takes one key and no other, as OpenAI does. Each request becomes a line of JSON in the file of requests, and
GET /requests?containing=TEXT returns those in whose path the text is.
"""

import argparse
import collections
import json
import re
import socket
import struct
import threading
import time
import urllib.parse

import loopback

# Beyond the function's CANCEL_BUDGET, within a client's patience.
SLOW_SECONDS = 4


def upload(upload_id):
    return {"id": upload_id, "object": "upload", "bytes": 8589934592, "created_at": 1719184911,
            "filename": "training_examples.jsonl", "purpose": "fine-tune", "status": "cancelled",
            "expires_at": 1719188511, "file": None, "of_tomorrow": {"storage_class": "cold"}}


def cancelled(upload_id, **headers):
    return 200, headers, json.dumps(upload(upload_id))


def error(status, message, type="invalid_request_error", code=None, **headers):
    envelope = {"error": {"message": message, "type": type, "param": None, "code": code}}
    return status, headers, json.dumps(envelope, indent=2)


def final(upload_id, state):
    return error(400, f"Upload {upload_id} is already {state}.")


def unauthorized(authorization):
    # OpenAI's text shows a part of the key; this shows all of it.
    key = authorization.removeprefix("Bearer ")
    return error(401, f"Incorrect API key provided: {key}.", code="invalid_api_key")


def rate_limited(seconds, **headers):
    return error(429, f"Rate limit reached. Please try again in {seconds}s.", "requests", "rate_limit_exceeded", **headers)


def server_error():
    return error(500, "The server had an error while processing your request.", "server_error")


# What follows "upload_" in an id, to the answer to the n-th request for it; None drops the connection. Whatever is not
# here is an unknown upload.
ANSWERS = {
    "pending": lambda id, n, authorization: cancelled(id) if n == 1 else final(id, "cancelled"),
    "completed": lambda id, n, authorization: final(id, "completed"),
    "unauthorized": lambda id, n, authorization: unauthorized(authorization),
    "forbidden": lambda id, n, authorization: error(403, "Project proj_of_the_key has no access.", code="no_access"),
    "limited": lambda id, n, authorization: rate_limited(60, retry_after="60"),
    # Twice is once more than the function tries by itself.
    "busy": lambda id, n, authorization: cancelled(id) if n > 2 else rate_limited(0.05, retry_after_ms="50"),
    "flaky": lambda id, n, authorization: cancelled(id) if n > 2 else server_error(),
    "broken": lambda id, n, authorization: server_error(),
    "html": lambda id, n, authorization: (200, {"content_type": "text/html"}, "<html>Just a moment…</html>"),
    "dropped": lambda id, n, authorization: None,
    "slow": lambda id, n, authorization: time.sleep(SLOW_SECONDS) or cancelled(id),
}


class Uploads:
    def __init__(self, key, file):
        self.key = key
        self.file = file
        self.seen = []
        self.count = collections.Counter()
        self.lock = threading.Lock()

    def record(self, request):
        """How often this path was asked for, this time included."""
        with self.lock, open(self.file, "a") as file:
            file.write(json.dumps(request) + "\n")
            self.seen.append(request)
            self.count[request["path"]] += 1
            return self.count[request["path"]]

    def answer(self, path, number, authorization):
        if authorization != "Bearer " + self.key:
            return unauthorized(authorization)
        match = re.fullmatch("/v1/uploads/(upload_([a-z]+)_[^/]*)/cancel", path)
        if not match:
            return error(404, f"Unknown request URL: POST {path}.", code="unknown_url")
        upload_id, kind = match.groups()
        if kind not in ANSWERS:
            return error(404, f"No such Upload object: {upload_id}", code="not_found")
        return ANSWERS[kind](upload_id, number, authorization)


def api(uploads):
    class Api(loopback.Handler):
        def do_GET(self):
            query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
            seen = [r for r in uploads.seen if query["containing"][0] in urllib.parse.unquote(r["path"])]
            self.answer(200, [("content-type", "application/json")], json.dumps(seen).encode())

        def do_POST(self):
            headers = [(name.lower(), value) for name, value in self.headers.items()]
            number = uploads.record({"path": self.path, "headers": headers, "body": self.body().decode()})
            answer = uploads.answer(self.path, number, self.headers.get("authorization", ""))
            if answer is None:
                # A reset instead of a normal close.
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()
                self.close_connection = True
                return
            status, extra, body = answer
            fields = {"content-type": "application/json", "openai-version": "2020-10-01", "openai-processing-ms": "42",
                      "x-request-id": f"req_{self.path.split('/')[-2]}_{number}", "cf-ray": "8f0example-IAD",
                      "set-cookie": "__cf_bm=example; path=/; HttpOnly", "strict-transport-security": "max-age=31536000"}
            fields.update((name.replace("_", "-"), value) for name, value in extra.items())
            self.answer(status, fields.items(), body.encode())

    return Api


def main():
    parser = argparse.ArgumentParser()
    for name in ("key", "address", "requests"):
        parser.add_argument("--" + name, required=True)
    arguments = parser.parse_args()
    server = loopback.Server(api(Uploads(arguments.key, arguments.requests)))
    loopback.tell(arguments.address, server.address)
    server.serve_forever()


if __name__ == "__main__":
    main()
