"""An API Gateway HTTP API with a Lambda function behind it, on loopback.

Every request becomes an event in payload format 2.0, which the function fetches and answers over the Lambda Runtime
API; its proxy response becomes the HTTP response. The API has a JWT authorizer that knows one token.

    python3 lambda_front.py --token TOKEN --addresses FILE --ready FILE --events FILE --answers FILE

It writes two lines into the file of addresses, the HTTP API's and the Runtime API's; the file "ready" appears when the
function asks for its first event; each event and each of the function's answers becomes a line of JSON in the other two.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

import argparse
import base64
import json
import os
import queue
import re
import secrets
import threading
import time
import urllib.parse
import uuid

import loopback

ROUTE = "POST /v1/uploads/{upload_id}/cancel"
HOST = "a1b2c3d4e5.execute-api.us-east-1.amazonaws.com"
# API Gateway waits for 30 seconds; the function under test has a budget of a few.
INTEGRATION_TIMEOUT = 10
TEXT = re.compile(r"(text/[^;]+|application/(json|xml|javascript))(; *charset=utf-8)?", re.IGNORECASE)
# Hop-by-hop headers, which API Gateway does not forward.
HOP_BY_HOP = {"connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "expect"}
# Headers that API Gateway always sets itself.
OWN = {"connection", "content-length", "date", "server", "transfer-encoding"}


def trace_id():
    return f"Root=1-{int(time.time()):08x}-{secrets.token_hex(12)}"


def event_of(method, target, headers, body):
    """The event of a request; headers are pairs of name and value."""
    path, _, query = target.partition("?")
    # An HTTP API's "raw" path is decoded, and ends at a question mark that comes out of the decoding.
    path = urllib.parse.unquote(path, errors="replace").split("?")[0]
    match = re.fullmatch("/v1/uploads/([^/]+)/cancel", path) if method == "POST" else None
    fields = {"x-amzn-trace-id": trace_id(), "x-forwarded-for": "192.0.2.1", "x-forwarded-port": "443",
              "x-forwarded-proto": "https"}
    cookies = []
    for name, value in headers:
        name = name.lower()
        if name == "cookie":
            cookies += value.split("; ")
        elif name not in HOP_BY_HOP:
            fields[name] = fields[name] + "," + value if name in fields else value
    fields["host"] = HOST
    fields["content-length"] = str(len(body))
    now = time.time()
    event = {
        "version": "2.0",
        "routeKey": ROUTE if match else "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": dict(sorted(fields.items())),
        "requestContext": {
            "accountId": "123456789012",
            "apiId": HOST.split(".")[0],
            "authorizer": {"jwt": {"claims": {"iss": "https://issuer.example", "sub": "caller"}, "scopes": None}},
            "domainName": HOST,
            "domainPrefix": HOST.split(".")[0],
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1",
                     "userAgent": fields.get("user-agent", "")},
            "requestId": base64.b64encode(secrets.token_bytes(11)).decode(),
            "routeKey": ROUTE if match else "$default",
            "stage": "$default",
            "time": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(now)),
            "timeEpoch": int(now * 1000),
        },
        "isBase64Encoded": False,
    }
    if cookies:
        event["cookies"] = cookies
    if query:
        parameters = urllib.parse.parse_qs(query, keep_blank_values=True)
        event["queryStringParameters"] = {name: ",".join(values) for name, values in parameters.items()}
    if match:
        event["pathParameters"] = {"upload_id": match.group(1)}
    if body:
        text = TEXT.fullmatch(fields.get("content-type", "").strip())
        event["body"] = body.decode(errors="replace") if text else base64.b64encode(body).decode()
        event["isBase64Encoded"] = not text
    return event


def response_of(payload):
    """Status, headers and body of a proxy response; ValueError if API Gateway would not understand it."""
    response = json.loads(payload)
    if not isinstance(response, dict) or "statusCode" not in response:
        # Anything other than a proxy response is taken for the body of one.
        return 200, [("content-type", "application/json")], payload
    status, headers = response["statusCode"], response.get("headers", {})
    cookies, body = response.get("cookies", []), response.get("body", "")
    if not (type(status) is int and 100 <= status <= 599 and isinstance(headers, dict) and isinstance(body, str)
            and all(isinstance(value, (str, int, float)) for value in headers.values()) and isinstance(cookies, list)):
        raise ValueError("not a proxy response")
    fields = {name.lower(): str(value) for name, value in headers.items() if name.lower() not in OWN}
    fields.setdefault("content-type", "text/plain;charset=utf-8")
    if any("\r" in value or "\n" in value for value in fields.values()):
        raise ValueError("a line break in a header")
    encoded = body.encode()
    if response.get("isBase64Encoded"):
        encoded = base64.b64decode(encoded, validate=True)
    return status, [*fields.items(), *(("set-cookie", cookie) for cookie in cookies)], encoded


class Function:
    """The one execution environment; invocations wait for it in line."""

    def __init__(self, events, answers):
        self.waiting = queue.Queue()
        self.answers = {}
        self.logs = events, answers
        self.lock = threading.Lock()
        self.lost = False

    def log(self, which, line):
        with self.lock, open(self.logs[which], "a") as file:
            file.write(json.dumps(line) + "\n")

    def invoke(self, event):
        """The kind of the function's answer (response or error) and its payload; queue.Empty if there is none in time."""
        if self.lost:
            raise queue.Empty
        request_id = str(uuid.uuid4())
        answer = self.answers[request_id] = queue.Queue()
        self.log(0, event)
        self.waiting.put((request_id, json.dumps(event).encode()))
        try:
            return answer.get(timeout=INTEGRATION_TIMEOUT)
        except queue.Empty:
            # A function that hangs costs one such wait, not one per test.
            self.lost = True
            raise

    def answered(self, request_id, kind, payload):
        self.log(1, {"kind": kind, "payload": payload.decode(errors="replace")})
        if request_id in self.answers:
            self.answers.pop(request_id).put((kind, payload))


def http_api(function, token):
    class HttpApi(loopback.Handler):
        def request(self):
            body = self.body()
            headers = [("apigw-requestid", base64.b64encode(secrets.token_bytes(11)).decode())]
            if self.headers.get("authorization") != "Bearer " + token:
                return self.own(401, "Unauthorized", headers + [("www-authenticate", "Bearer")])
            try:
                kind, payload = function.invoke(event_of(self.command, self.path, self.headers.items(), body))
                if kind != "response":
                    raise ValueError("a FunctionError")
                status, fields, content = response_of(payload)
            except queue.Empty:
                return self.own(503, "Service Unavailable", headers)
            except ValueError:
                return self.own(500, "Internal Server Error", headers)
            self.answer(status, headers + fields, content)

        def own(self, status, message, headers):
            body = json.dumps({"message": message}).encode()
            self.answer(status, headers + [("content-type", "application/json")], body)

        do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = request

    return HttpApi


def runtime_api(function, ready):
    class RuntimeApi(loopback.Handler):
        def do_GET(self):
            if self.path != "/2018-06-01/runtime/invocation/next":
                return self.answer(404, [], b"")
            if not os.path.exists(ready):
                loopback.tell(ready, "ready")
            request_id, event = function.waiting.get()
            self.answer(200, [
                ("content-type", "application/json"),
                ("lambda-runtime-aws-request-id", request_id),
                ("lambda-runtime-deadline-ms", str(int((time.time() + INTEGRATION_TIMEOUT) * 1000))),
                ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:us-east-1:123456789012:function:cancel-upload"),
                ("lambda-runtime-trace-id", trace_id() + ";Sampled=0"),
            ], event)

        def do_POST(self):
            payload = self.body()
            match = re.fullmatch("/2018-06-01/runtime/(?:invocation/([^/]+)/(response|error)|init/error)", self.path)
            if not match:
                return self.answer(404, [], b"")
            function.answered(match.group(1), match.group(2) or "init/error", payload)
            self.answer(202, [("content-type", "application/json")], b'{"status":"OK"}')

    return RuntimeApi


def main():
    parser = argparse.ArgumentParser()
    for name in ("token", "addresses", "ready", "events", "answers"):
        parser.add_argument("--" + name, required=True)
    arguments = parser.parse_args()
    function = Function(arguments.events, arguments.answers)
    front = loopback.Server(http_api(function, arguments.token))
    runtime = loopback.Server(runtime_api(function, arguments.ready))
    threading.Thread(target=runtime.serve_forever, daemon=True).start()
    loopback.tell(arguments.addresses, front.address, runtime.address)
    front.serve_forever()


if __name__ == "__main__":
    main()
