"""What stands between an OpenAI client and the function, and behind it, on loopback: an API Gateway HTTP API, the Lambda Runtime API,
and OpenAI's Uploads API as far as cancelling goes.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

import base64
import collections
import copy
import http.server
import json
import pathlib
import queue
import re
import threading
import time
import urllib.parse
import uuid

# An event as AWS sends it; what differs from request to request is replaced.
SAMPLE = json.loads((pathlib.Path(__file__).parent.parent / "resources/events/http-api-v2.json").read_text())
# Seconds that an invocation may take. API Gateway's own limit is 30; the function under test has a budget of 1.5.
TIMEOUT = 10
# Headers that API Gateway always sets itself.
OWN = {"connection", "content-length", "date", "server", "transfer-encoding"}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # One write and no waiting for an acknowledgement: otherwise an answer can take 40 ms longer than it should.
    wbufsize = -1
    disable_nagle_algorithm = True

    def log_message(self, *arguments):
        pass

    def body(self):
        return self.rfile.read(int(self.headers.get("content-length", 0)))

    def answer(self, status, headers, body):
        self.send_response(status)
        for name, value in {"content-type": "application/json", **headers, "content-length": len(body)}.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()


def serve(handler):
    """Starts a server and returns its address."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"127.0.0.1:{server.server_port}"


def event_of(method, target, headers, body):
    """The event that an HTTP API makes of a request, in payload format 2.0; headers are pairs of name and value."""
    event = copy.deepcopy(SAMPLE)
    path, _, query = target.partition("?")
    # An HTTP API's "raw" path is decoded.
    path = urllib.parse.unquote(path, errors="replace")
    match = re.fullmatch("/v1/uploads/([^/]+)/cancel", path, re.DOTALL) if method == "POST" else None
    fields = {name: value for name, value in event["headers"].items() if name.startswith("x-forwarded")}
    for name, value in headers:
        fields[name.lower()] = fields[name.lower()] + "," + value if name.lower() in fields else value
    event["requestContext"]["http"] |= {"method": method, "path": path, "userAgent": fields.get("user-agent", "")}
    event |= {"headers": fields, "rawPath": path, "rawQueryString": query}
    if match:
        event["pathParameters"] = {"upload_id": match[1]}
    else:
        del event["pathParameters"]
        event["routeKey"] = event["requestContext"]["routeKey"] = "$default"
    if body:
        event |= {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}
    return event


class Lambda:
    """API Gateway and the function's only sandbox; keeps every event and every answer."""

    def __init__(self):
        self.waiting, self.answers = queue.Queue(), {}
        self.events, self.said, self.ready = [], [], threading.Event()
        function = self

        class HttpApi(Handler):
            def request(self):
                event = event_of(self.command, self.path, self.headers.items(), self.body())
                status, headers, body = function.invoke(event)
                self.answer(status, {name: value for name, value in headers.items() if name.lower() not in OWN}, body)

            do_GET = do_POST = do_PUT = do_DELETE = request

        class RuntimeApi(Handler):
            def do_GET(self):
                function.ready.set()
                request_id, event = function.waiting.get()
                self.answer(200, {"lambda-runtime-aws-request-id": request_id,
                                  "lambda-runtime-deadline-ms": int((time.time() + TIMEOUT) * 1000),
                                  "lambda-runtime-invoked-function-arn": "arn:aws:lambda:us-east-1:123456789012:function:cancel-upload",
                                  "lambda-runtime-trace-id": "Root=1-5e6722a7-cc56a17c46db7ae02d4da47e;Sampled=0"}, event)

            def do_POST(self):
                payload = self.body()
                function.said.append(payload.decode())
                request_id, kind = self.path.split("/")[-2:]
                if request_id in function.answers:
                    function.answers.pop(request_id).put((kind, payload))
                self.answer(202, {}, b'{"status":"OK"}')

        self.gateway, self.runtime = serve(HttpApi), serve(RuntimeApi)

    def invoke(self, event):
        """Status, headers and body of the HTTP response."""
        request_id = str(uuid.uuid4())
        answer = self.answers[request_id] = queue.Queue()
        self.events.append(event)
        self.waiting.put((request_id, json.dumps(event).encode()))
        try:
            kind, payload = answer.get(timeout=TIMEOUT)
            if kind != "response":
                raise ValueError("a function error")
            response = json.loads(payload)
            return response["statusCode"], response["headers"], response["body"].encode()
        except (queue.Empty, ValueError, KeyError):
            # What API Gateway answers if the function does not, or not with a proxy response.
            return 500, {}, b'{"message":"Internal Server Error"}'


def error(status, message, type="invalid_request_error", code=None, **headers):
    return status, headers, {"error": {"message": message, "type": type, "param": None, "code": code}}


def cancelled(id):
    return 200, {}, {"id": id, "object": "upload", "bytes": 8589934592, "created_at": 1719184911, "filename": "training_examples.jsonl",
                     "purpose": "fine-tune", "status": "cancelled", "expires_at": 1719188511, "file": None,
                     "of_tomorrow": {"storage_class": "cold"}}


def limited(**headers):
    return error(429, "Rate limit reached. Please try again.", "requests", "rate_limit_exceeded", **headers)


def broken():
    return error(500, "The server had an error while processing your request.", "server_error")


# What follows "upload_" in an id, to the answer to the n-th request for it.
ANSWERS = {
    "pending": lambda id, n, key: cancelled(id),
    "unknown": lambda id, n, key: error(404, f"No such Upload object: {id}", code="not_found"),
    "completed": lambda id, n, key: error(400, f"Upload {id} is already completed."),
    "limited": lambda id, n, key: limited(retry_after="60"),
    # OpenAI's text shows a part of the key; this shows all of it.
    "unauthorized": lambda id, n, key: error(401, f"Incorrect API key provided: {key}.", code="invalid_api_key"),
    "blocked": lambda id, n, key: error(403, "Country, region, or territory not supported", "request_forbidden",
                                        "unsupported_country_region_territory"),
    # Two failures are one more than the function tries by itself.
    "busy": lambda id, n, key: cancelled(id) if n > 2 else limited(retry_after_ms="50"),
    "flaky": lambda id, n, key: cancelled(id) if n > 2 else broken(),
    "broken": lambda id, n, key: broken(),
    "html": lambda id, n, key: (200, {"content_type": "text/html"}, "<html>Just a moment…</html>"),
    # Beyond the function's budget.
    "slow": lambda id, n, key: time.sleep(4) or cancelled(id),
}


class OpenAI:
    """Keeps every request: its path and its headers."""

    def __init__(self):
        self.requests, self.count = [], collections.Counter()
        openai = self

        class Api(Handler):
            def do_POST(self):
                openai.requests.append((self.path, {name.lower(): value for name, value in self.headers.items()}, self.body()))
                id = self.path.split("/")[-2]
                openai.count[id] += 1
                status, extra, content = ANSWERS[id.split("_")[1]](id, openai.count[id], self.headers["authorization"].split()[1])
                headers = {"x-request-id": f"req_{id}_{openai.count[id]}", "openai-processing-ms": "42", "openai-version": "2020-10-01",
                           "cf-ray": "8f0example-IAD", "set-cookie": "__cf_bm=example; path=/; HttpOnly"}
                headers |= {name.replace("_", "-"): value for name, value in extra.items()}
                self.answer(status, headers, (content if isinstance(content, str) else json.dumps(content)).encode())

        self.address = serve(Api)
