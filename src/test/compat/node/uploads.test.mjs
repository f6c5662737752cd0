// OpenAI's official Node client against the function. OPENAI_BASE_URL and OPENAI_API_KEY are its only settings.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import OpenAI from 'openai';

const cases = JSON.parse(readFileSync(process.env.CASES));

/** A unique id; stand_ins.py has what OpenAI answers to each kind. */
const uploadId = (kind) => `upload_${kind}_${randomUUID()}`;
const cancel = (id, maxRetries) => new OpenAI({ maxRetries }).uploads.cancel(id);

for (const { kind, retries, requests } of cases.cancelled) {
  test(`cancelled: ${kind}`, async () => {
    const id = uploadId(kind);
    const upload = await cancel(id, retries);
    assert.deepEqual({ ...upload }, {
      id, object: 'upload', bytes: 8589934592, created_at: 1719184911, filename: 'training_examples.jsonl',
      purpose: 'fine-tune', status: 'cancelled', expires_at: 1719188511, file: null, of_tomorrow: { storage_class: 'cold' },
    });
    assert.equal(upload._request_id, `req_${id}_${requests}`);
  });
}

for (const { kind, error: name, status, code, says, retries, requests } of cases.failures) {
  test(`${name}Error: ${kind}`, async () => {
    const id = uploadId(kind);
    const error = await cancel(id, retries).then(() => assert.fail('it succeeded'), (e) => e);
    assert.ok(error instanceof OpenAI[`${name}Error`], `${error}`);
    assert.deepEqual([error.status, error.code], [status, code]);
    assert.ok(error.message.includes(says), error.message);
    if (kind === 'limited') assert.equal(error.headers.get('retry-after'), '60');
    if (kind !== 'slow') assert.equal(error.requestID, `req_${id}_${requests}`);
  });
}

test('a hostile id is refused', async () => {
  for (const id of cases.hostile) {
    await assert.rejects(cancel(id), (error) =>
      error instanceof OpenAI.BadRequestError && error.code === 'invalid_upload_id', id);
  }
});
