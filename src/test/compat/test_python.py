"""OpenAI's official Python client against the function. OPENAI_BASE_URL and OPENAI_API_KEY are all it is told."""

import asyncio
import json
import os
import pathlib
import subprocess
import sys
import unittest
import uuid

import openai

EXAMPLE = pathlib.Path(__file__).resolve().parents[3] / "examples/clients/cancel.py"
CASES = json.loads(pathlib.Path(os.environ["CASES"]).read_text())


def upload_id(kind):
    """An id that no other test has; stand_ins.py has what OpenAI answers to each kind."""
    return f"upload_{kind}_{uuid.uuid4().hex}"


class TestPython(unittest.TestCase):

    def test_the_upload_arrives_whole_also_after_the_clients_own_retries(self):
        for case in CASES["cancelled"]:
            with self.subTest(case["kind"]):
                id = upload_id(case["kind"])
                upload = openai.OpenAI(max_retries=case["retries"]).uploads.cancel(id)
                self.assertEqual((id, "cancelled", 8589934592), (upload.id, upload.status, upload.bytes))
                self.assertEqual({"of_tomorrow": {"storage_class": "cold"}}, upload.model_extra)
                self.assertIsNone(upload.file)

    def test_failures_are_the_clients_typed_errors(self):
        for case in CASES["failures"]:
            with self.subTest(case["kind"]):
                id = upload_id(case["kind"])
                with self.assertRaises(getattr(openai, case["error"] + "Error")) as raised:
                    openai.OpenAI(max_retries=case["retries"]).uploads.cancel(id)
                error = raised.exception
                self.assertEqual((case["status"], case["code"]), (error.status_code, error.code))
                self.assertIn(case["says"], error.message)
                if case["kind"] == "limited":
                    self.assertEqual("60", error.response.headers["retry-after"])
                if case["kind"] != "slow":
                    self.assertEqual(f"req_{id}_{case['requests']}", error.request_id)

    def test_a_hostile_id_is_refused(self):
        for id in CASES["hostile"] + ["hostile" + "x" * 256]:
            with self.subTest(id), self.assertRaises(openai.BadRequestError) as raised:
                openai.OpenAI().uploads.cancel(id)
            self.assertEqual("invalid_upload_id", raised.exception.code)

    def test_another_path_or_operation_is_not_found(self):
        for call in (lambda: openai.OpenAI().uploads.cancel("hostile/a"), lambda: openai.OpenAI().models.list()):
            with self.assertRaises(openai.NotFoundError) as raised:
                call()
            self.assertEqual("unknown_url", raised.exception.code)

    def test_only_openais_own_headers_arrive(self):
        headers = openai.OpenAI().uploads.with_raw_response.cancel(upload_id("pending")).headers
        self.assertEqual(("42", "2020-10-01"), (headers["openai-processing-ms"], headers["openai-version"]))
        self.assertFalse({"set-cookie", "cf-ray"} & set(headers))

    def test_of_a_caller_nothing_goes_on_but_its_request_id(self):
        # The rest of this is checked on OpenAI's side, in `run`.
        client = openai.OpenAI(organization="org-of-caller", project="proj_of_caller")
        client.uploads.cancel(upload_id("pending"), extra_headers={"X-Client-Request-Id": "caller-42", "Cookie": "session=of_caller"},
                              extra_body={"note": "of_caller"}, extra_query={"query": "of_caller"})

    def test_the_async_client_cancels(self):
        async def cancel():
            async with openai.AsyncOpenAI() as client:
                return await client.uploads.cancel(upload_id("pending"))
        self.assertEqual("cancelled", asyncio.run(cancel()).status)

    def test_the_example_prints_the_upload(self):
        example = subprocess.run([sys.executable, EXAMPLE, upload_id("pending")], capture_output=True, text=True)
        self.assertEqual((0, "cancelled"), (example.returncode, json.loads(example.stdout)["status"]), example.stderr)


if __name__ == "__main__":
    print("openai", openai.__version__)
    unittest.main(verbosity=2)
