"""That the front is API Gateway's double: its events are AWS's, and it takes the responses that API Gateway takes."""

import base64
import json
import pathlib
import unittest

import lambda_front

SAMPLES = pathlib.Path(__file__).parent.parent / "resources" / "events"
PATH = "/v1/uploads/upload_abc123/cancel"


def shape(value, *free):
    """The names in an object, those under a free name excepted, with the types of their values."""
    if isinstance(value, dict):
        return {name: "…" if name in free else shape(child, *free) for name, child in value.items()}
    return type(value).__name__


class TestFront(unittest.TestCase):

    def event(self, path=PATH, headers=(), body=b""):
        return lambda_front.event_of("POST", path, [("Host", "127.0.0.1:1"), *headers], body)

    def test_an_event_has_the_shape_of_the_one_that_aws_documents(self):
        sample = json.loads((SAMPLES / "http-api-v2.json").read_text())
        sent = {name: value for name, value in sample["headers"].items() if not name.startswith(("x-amzn", "x-forwarded"))}
        event = self.event(headers=sent.items())
        self.assertEqual(shape(sample, "authorizer"), shape(event, "authorizer"))
        for same in ("routeKey", "rawPath", "pathParameters"):
            self.assertEqual(sample[same], event[same])

    def test_names_of_headers_are_lower_case_and_values_of_one_name_are_joined(self):
        headers = self.event(headers=[("X-Many", "1"), ("x-many", "2")])["headers"]
        self.assertEqual("1,2", headers["x-many"])

    def test_cookies_are_not_among_the_headers(self):
        event = self.event(headers=[("Cookie", "a=1; b=2")])
        self.assertEqual(["a=1", "b=2"], event["cookies"])
        self.assertNotIn("cookie", event["headers"])

    def test_the_path_is_decoded_once_and_the_query_is_not(self):
        event = self.event("/v1/uploads/a%252Fb%20c/cancel?q=%20&q=2")
        self.assertEqual("/v1/uploads/a%2Fb c/cancel", event["rawPath"])
        self.assertEqual({"upload_id": "a%2Fb c"}, event["pathParameters"])
        self.assertEqual("q=%20&q=2", event["rawQueryString"])
        self.assertEqual({"q": " ,2"}, event["queryStringParameters"])

    def test_what_no_route_is_for_goes_to_the_default_route(self):
        self.assertEqual("$default", self.event("/v1/uploads/a%2Fb/cancel")["routeKey"])

    def test_a_body_is_text_or_base64_by_its_content_type(self):
        text = self.event(headers=[("Content-Type", "application/json")], body=b"{}")
        self.assertEqual(("{}", False), (text["body"], text["isBase64Encoded"]))
        binary = self.event(headers=[("Content-Type", "application/x-www-form-urlencoded")], body=b"{}")
        self.assertEqual(("e30=", True), (binary["body"], binary["isBase64Encoded"]))

    def test_a_proxy_response_becomes_a_response(self):
        proxy = {"statusCode": 201, "headers": {"X-One": "1"}, "cookies": ["a=1"], "isBase64Encoded": True,
                 "body": base64.b64encode(b"hello").decode()}
        status, headers, body = lambda_front.response_of(json.dumps(proxy))
        self.assertEqual((201, b"hello"), (status, body))
        self.assertEqual([("x-one", "1"), ("content-type", "text/plain;charset=utf-8"), ("set-cookie", "a=1")], headers)

    def test_what_is_no_proxy_response_is_refused(self):
        for bad in ("", "{", '{"statusCode": "200"}', '{"statusCode": 200, "body": {}}', '{"statusCode": 42}',
                    '{"statusCode": 200, "headers": {"a": ["1"]}}', '{"statusCode": 200, "headers": {"a": "1\\r\\nb: 2"}}',
                    '{"statusCode": 200, "body": "?", "isBase64Encoded": true}'):
            with self.subTest(bad), self.assertRaises(ValueError):
                lambda_front.response_of(bad)


if __name__ == "__main__":
    unittest.main(verbosity=2)
