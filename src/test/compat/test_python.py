"""OpenAI's official Python client against the function. OPENAI_BASE_URL and OPENAI_API_KEY are all it is told."""

import asyncio
import json
import os
import pathlib
import subprocess
import sys
import time
import unittest
import urllib.parse
import urllib.request
import uuid

import openai

EXAMPLE = pathlib.Path(__file__).resolve().parents[3] / "examples/clients/cancel.py"
STUB, KEY, TOKEN = (os.environ[name] for name in ("COMPAT_STUB", "COMPAT_KEY", "OPENAI_API_KEY"))


def upload_id(kind):
    """An id that no other test has; see openai_stub.py for the kinds."""
    return f"upload_{kind}_{uuid.uuid4().hex}"


def upstream(containing):
    """The requests that reached OpenAI with this in their path."""
    query = urllib.parse.urlencode({"containing": containing})
    with urllib.request.urlopen(f"http://{STUB}/requests?{query}") as answer:
        return json.load(answer)


class TestPython(unittest.TestCase):

    def setUp(self):
        self.client = openai.OpenAI(max_retries=0)
        self.addCleanup(self.client.close)

    def fails(self, kind, error_class, status, code, attempts):
        """Cancels an upload of that kind and returns the typed error."""
        id = upload_id(kind)
        with self.assertRaises(error_class) as raised:
            self.client.uploads.cancel(id)
        error = raised.exception
        self.assertEqual((status, code), (error.status_code, error.code))
        self.assertEqual(attempts, len(upstream(id)))
        return error

    def test_cancel_returns_the_upload(self):
        id = upload_id("pending")
        upload = self.client.uploads.cancel(id)
        self.assertIsInstance(upload, openai.types.Upload)
        self.assertEqual((id, "upload", "cancelled"), (upload.id, upload.object, upload.status))
        self.assertEqual(("training_examples.jsonl", "fine-tune"), (upload.filename, upload.purpose))
        self.assertEqual((8589934592, 1719184911, 1719188511), (upload.bytes, upload.created_at, upload.expires_at))
        self.assertIsNone(upload.file)

    def test_the_example_prints_the_upload_and_ends_with_openais_error(self):
        id = upload_id("pending")
        first, second = (subprocess.run([sys.executable, EXAMPLE, id], capture_output=True, text=True) for _ in range(2))
        self.assertEqual((0, "cancelled"), (first.returncode, json.loads(first.stdout)["status"]), first.stderr)
        self.assertNotEqual(0, second.returncode)
        self.assertRegex(second.stderr, "BadRequestError.*is already cancelled")

    def test_a_field_that_the_client_does_not_know_yet_arrives(self):
        upload = self.client.uploads.cancel(upload_id("pending"))
        self.assertEqual({"of_tomorrow": {"storage_class": "cold"}}, upload.model_extra)

    def test_a_raw_response_has_openais_headers(self):
        id = upload_id("pending")
        response = self.client.uploads.with_raw_response.cancel(id)
        self.assertEqual(200, response.status_code)
        self.assertEqual(f"req_{id}_1", response.request_id)
        self.assertEqual("application/json", response.headers["content-type"])
        self.assertEqual("42", response.headers["openai-processing-ms"])
        self.assertEqual("2020-10-01", response.headers["openai-version"])
        self.assertEqual("cancelled", response.parse().status)

    def test_openais_cookies_and_transport_rules_stay_with_openai(self):
        headers = self.client.uploads.with_raw_response.cancel(upload_id("pending")).headers
        self.assertNotIn("set-cookie", headers)
        self.assertNotIn("strict-transport-security", headers)

    def test_the_async_client_cancels_and_fails_alike(self):
        async def both():
            async with openai.AsyncOpenAI(max_retries=0) as client:
                return await asyncio.gather(client.uploads.cancel(upload_id("pending")),
                                            client.uploads.cancel(upload_id("unknown")), return_exceptions=True)
        upload, error = asyncio.run(both())
        self.assertEqual("cancelled", upload.status)
        self.assertIsInstance(error, openai.NotFoundError)

    def test_an_unknown_upload_is_a_not_found_error(self):
        error = self.fails("unknown", openai.NotFoundError, 404, "not_found", 1)
        self.assertEqual("invalid_request_error", error.type)
        self.assertIn("No such Upload object: upload_unknown_", error.message)
        self.assertRegex(error.request_id, "^req_upload_unknown_.*_1$")

    def test_a_completed_upload_is_a_bad_request_error_in_openais_words(self):
        error = self.fails("completed", openai.BadRequestError, 400, None, 1)
        self.assertEqual({"message", "type", "param", "code"}, set(error.body))
        self.assertRegex(error.body["message"], "^Upload upload_completed_.* is already completed.$")
        self.assertRegex(error.request_id, "^req_upload_completed_.*_1$")

    def test_cancelling_twice_is_a_bad_request_error(self):
        id = upload_id("pending")
        self.client.uploads.cancel(id)
        with self.assertRaisesRegex(openai.BadRequestError, "is already cancelled"):
            self.client.uploads.cancel(id)

    def test_a_rate_limit_is_a_rate_limit_error_that_says_how_long(self):
        error = self.fails("limited", openai.RateLimitError, 429, "rate_limit_exceeded", 1)
        self.assertEqual("requests", error.type)
        self.assertEqual("60", error.response.headers["retry-after"])
        self.assertRegex(error.request_id, "^req_upload_limited_")

    def test_the_functions_own_key_refused_is_an_internal_server_error_without_openais_words(self):
        for kind in ("unauthorized", "forbidden"):
            with self.subTest(kind):
                error = self.fails(kind, openai.InternalServerError, 502, "credentials_rejected", 1)
                self.assertEqual("server_error", error.type)
                self.assertNotRegex(error.response.text, "Incorrect API key|proj_of_the_key|" + KEY)
                self.assertRegex(error.request_id, "^req_upload_")

    def test_a_server_error_that_stays_is_an_internal_server_error(self):
        error = self.fails("broken", openai.InternalServerError, 502, "upstream_failure", 2)
        self.assertEqual("server_error", error.type)
        self.assertRegex(error.request_id, "^req_upload_broken_.*_2$")

    def test_an_answer_that_is_not_json_is_an_internal_server_error(self):
        error = self.fails("html", openai.InternalServerError, 502, "upstream_failure", 1)
        self.assertNotIn("Just a moment", error.message)

    def test_a_lost_connection_is_an_internal_server_error(self):
        self.fails("dropped", openai.InternalServerError, 502, "upstream_failure", 2)

    def test_a_slow_openai_is_an_error_before_anyone_times_out(self):
        start = time.monotonic()
        self.fails("slow", openai.InternalServerError, 504, "budget_spent", 1)
        self.assertLess(time.monotonic() - start, 3)

    def test_the_clients_own_retry_follows_the_wait_that_openai_asked_for(self):
        id = upload_id("busy")
        self.assertEqual("cancelled", openai.OpenAI(max_retries=1).uploads.cancel(id).status)
        self.assertEqual(3, len(upstream(id)))

    def test_the_clients_own_retry_follows_a_502(self):
        id = upload_id("flaky")
        self.assertEqual("cancelled", openai.OpenAI(max_retries=1).uploads.cancel(id).status)
        self.assertEqual(3, len(upstream(id)))

    def test_the_callers_token_and_headers_stay_here_but_its_request_id(self):
        id = upload_id("pending")
        client = openai.OpenAI(organization="org-of-caller", project="proj_of_caller")
        client.uploads.cancel(id, extra_headers={"X-Client-Request-Id": "caller-42", "Cookie": "session=of_caller"},
                              extra_body={"note": "of_caller"}, extra_query={"query": "of_caller"})
        [request] = upstream(id)
        self.assertEqual(f"/v1/uploads/{id}/cancel", request["path"])
        self.assertEqual(["Bearer " + KEY], [value for name, value in request["headers"] if name == "authorization"])
        self.assertIn(["x-client-request-id", "caller-42"], request["headers"])
        for secret in (TOKEN, "of-caller", "of_caller", "stainless", "OpenAI/Python"):
            self.assertNotIn(secret, json.dumps(request))
        self.assertEqual("", request["body"])

    def test_a_hostile_id_is_refused_without_a_call(self):
        mark = uuid.uuid4().hex
        for id in ("%s a", "ü%s", "%s#a", "%s%%2Fa", "%s%%00", "%s\r\nX-Injected: 1", "%s;a", "@%s", "%s" + "x" * 256):
            with self.subTest(id), self.assertRaises(openai.BadRequestError) as raised:
                self.client.uploads.cancel(id % mark)
            error = raised.exception
            self.assertEqual(("invalid_request_error", "invalid_upload_id"), (error.type, error.code))
        self.assertEqual([], upstream(mark))

    def test_an_id_that_the_api_decodes_to_another_path_is_not_found_without_a_call(self):
        mark = uuid.uuid4().hex
        for id in ("%s/a", "%s?a", "../%s"):
            with self.subTest(id), self.assertRaises(openai.NotFoundError) as raised:
                self.client.uploads.cancel(id % mark)
            self.assertEqual("unknown_url", raised.exception.code)
        self.assertEqual([], upstream(mark))

    def test_another_operation_is_not_found(self):
        with self.assertRaises(openai.NotFoundError) as raised:
            self.client.models.list()
        self.assertEqual("unknown_url", raised.exception.code)

    def test_a_base_url_with_a_stage_works(self):
        base_url = os.environ["OPENAI_BASE_URL"].replace("/v1", "/prod/v1")
        upload = openai.OpenAI(base_url=base_url).uploads.cancel(upload_id("pending"))
        self.assertEqual("cancelled", upload.status)

    def test_a_token_that_the_api_refuses_is_an_authentication_error_without_a_call(self):
        id = upload_id("pending")
        with self.assertRaises(openai.AuthenticationError):
            openai.OpenAI(api_key="another").uploads.cancel(id)
        self.assertEqual([], upstream(id))


if __name__ == "__main__":
    print("openai", openai.__version__)
    unittest.main(verbosity=2)
