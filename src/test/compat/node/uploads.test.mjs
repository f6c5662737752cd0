// OpenAI's official Node client against the function. OPENAI_BASE_URL and OPENAI_API_KEY are its only settings.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import OpenAI from 'openai';

const { COMPAT_STUB: stub, COMPAT_KEY: key, OPENAI_API_KEY: token } = process.env;
const client = new OpenAI({ maxRetries: 0 });

/** A unique id; see openai_stub.py for the kinds. */
const uploadId = (kind) => `upload_${kind}_${randomUUID()}`;

/** The requests that reached OpenAI with this in their path. */
const upstream = async (containing) =>
  (await fetch(`http://${stub}/requests?containing=${encodeURIComponent(containing)}`)).json();

/** Cancels an upload of that kind and returns the typed error. */
async function fails(kind, ErrorClass, status, code, attempts) {
  const id = uploadId(kind);
  const error = await client.uploads.cancel(id).then(() => assert.fail('it succeeded'), (e) => e);
  assert.ok(error instanceof ErrorClass, `${error}`);
  assert.deepEqual([error.status, error.code], [status, code]);
  assert.equal((await upstream(id)).length, attempts);
  return error;
}

test('cancel returns the upload', async () => {
  const id = uploadId('pending');
  const upload = await client.uploads.cancel(id);
  assert.deepEqual({ ...upload }, {
    id, object: 'upload', bytes: 8589934592, created_at: 1719184911, filename: 'training_examples.jsonl',
    purpose: 'fine-tune', status: 'cancelled', expires_at: 1719188511, file: null,
    of_tomorrow: { storage_class: 'cold' },
  });
  assert.equal(upload._request_id, `req_${id}_1`);
});

test('an unknown upload is a NotFoundError', async () => {
  const error = await fails('unknown', OpenAI.NotFoundError, 404, 'not_found', 1);
  assert.equal(error.type, 'invalid_request_error');
  assert.match(error.message, /No such Upload object: upload_unknown_/);
  assert.match(error.requestID, /^req_upload_unknown_.*_1$/);
});

test("a completed upload is a BadRequestError in OpenAI's words", async () => {
  const error = await fails('completed', OpenAI.BadRequestError, 400, null, 1);
  assert.match(error.error.message, /^Upload upload_completed_.* is already completed\.$/);
});

test('a rate limit is a RateLimitError that says how long', async () => {
  const error = await fails('limited', OpenAI.RateLimitError, 429, 'rate_limit_exceeded', 1);
  assert.equal(error.headers.get('retry-after'), '60');
});

test("the function's own key refused is an InternalServerError without OpenAI's words", async () => {
  const error = await fails('unauthorized', OpenAI.InternalServerError, 502, 'credentials_rejected', 1);
  assert.equal(error.type, 'server_error');
  assert.ok(!`${error.message} ${JSON.stringify(error.error)}`.includes(key));
  assert.doesNotMatch(JSON.stringify(error.error), /Incorrect API key/);
});

test('a server error that stays is an InternalServerError', async () => {
  const error = await fails('broken', OpenAI.InternalServerError, 502, 'upstream_failure', 2);
  assert.match(error.requestID, /^req_upload_broken_.*_2$/);
});

test('an answer that is not JSON is an InternalServerError', () =>
  fails('html', OpenAI.InternalServerError, 502, 'upstream_failure', 1));

test('a slow OpenAI is an error before anyone times out', () =>
  fails('slow', OpenAI.InternalServerError, 504, 'budget_spent', 1));

for (const [kind, what] of [['busy', 'the wait that OpenAI asked for'], ['flaky', 'a 502']]) {
  test(`the client's own retry follows ${what}`, async () => {
    const id = uploadId(kind);
    assert.equal((await new OpenAI({ maxRetries: 1 }).uploads.cancel(id)).status, 'cancelled');
    assert.equal((await upstream(id)).length, 3);
  });
}

test("the caller's token and headers stay here", async () => {
  const id = uploadId('pending');
  await new OpenAI({ organization: 'org-of-caller' }).uploads.cancel(id);
  const [request, ...more] = await upstream(id);
  assert.deepEqual(more, []);
  assert.deepEqual(request.headers.filter(([name]) => name === 'authorization'), [['authorization', `Bearer ${key}`]]);
  for (const secret of [token, 'org-of-caller', 'stainless']) {
    assert.ok(!JSON.stringify(request).includes(secret), secret);
  }
});

test('a hostile id is refused without a call', async () => {
  const mark = randomUUID();
  for (const id of [`${mark} a`, `ü${mark}`, `${mark}%2Fa`, `${mark}\r\nX-Injected: 1`, `@${mark}`]) {
    await assert.rejects(client.uploads.cancel(id), (error) =>
      error instanceof OpenAI.BadRequestError && error.code === 'invalid_upload_id', id);
  }
  assert.deepEqual(await upstream(mark), []);
});

test('a token that the API refuses is an AuthenticationError without a call', async () => {
  const id = uploadId('pending');
  await assert.rejects(new OpenAI({ apiKey: 'another' }).uploads.cancel(id), OpenAI.AuthenticationError);
  assert.deepEqual(await upstream(id), []);
});
