import type { StreamRequest, StreamResponse } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import { expect, test } from '@jest/globals';
import { databaseInterceptor } from './database-interceptor.ts';

/** Reads a stream that ends with an error after its first message. */
async function read(error: Error): Promise<unknown[]> {
  async function* messages() {
    yield 'first';
    throw error;
  }
  const call = databaseInterceptor(async () => ({ stream: true, message: messages() }) as unknown as StreamResponse);
  // The interceptor reads no member of the request, so an incomplete request is enough.
  const response = await call({ stream: true } as StreamRequest);
  const seen: unknown[] = [];
  try {
    for await (const message of response.message as AsyncIterable<unknown>) seen.push(message);
  } catch (thrown) {
    seen.push(thrown);
  }
  return seen;
}

test('a connection that breaks while a stream is read is unavailable, like one that breaks before', async () => {
  const [first, error] = await read(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }));
  expect(first).toBe('first');
  expect(error).toMatchObject({ kind: 'unavailable', reason: 'database_unavailable', retryAfterSeconds: 1 });
});

test('other errors of a stream stay as they are', async () => {
  const refusal = new DomainError('not_found', 'gone', 'It is gone.');
  expect(await read(refusal)).toEqual(['first', refusal]);
});
