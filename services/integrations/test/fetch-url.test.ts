import { createHttpClient, type HttpClient } from '@drippulse/http';
import { type Receiver, startReceiver } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { SourceFailure } from '../src/sources/failure.ts';
import { fetchUrl } from '../src/sources/readers/fetch-url.ts';

let receiver: Receiver;
let http: HttpClient;
let guarded: HttpClient;
beforeAll(async () => {
  receiver = await startReceiver();
  http = createHttpClient({ allowPrivate: true, userAgent: 'test' });
  // A public host name that resolves to an internal address.
  guarded = createHttpClient({ allowPrivate: false, userAgent: 'test', resolve: async () => ['10.0.0.7'] });
});
afterAll(async () => {
  await http.close();
  await guarded.close();
  await receiver.stop();
});

async function failureOf(client: HttpClient, url: string, maxBytes = 1024 * 1024): Promise<SourceFailure> {
  try {
    const { body } = await fetchUrl(client, { url, headers: {}, maxBytes, timeoutMs: 180_000 });
    for await (const _ of body);
  } catch (error) {
    if (error instanceof SourceFailure) return error;
    throw error;
  }
  throw new Error('it was read');
}

test('an answer that is longer than may be read ends with its limit in a sentence, however it comes', async () => {
  receiver.answer({ body: 'x'.repeat(3 * 1024 * 1024) });
  expect(await failureOf(http, receiver.url)).toMatchObject({
    message: 'The address cannot be read. The answer is larger than 1 MiB.',
    passing: undefined,
  });
});

test('a private address is never asked, neither by its number nor behind a public name', async () => {
  receiver.clear();
  for (const url of [receiver.url, 'https://127.0.0.1/', 'https://files.example/people.csv']) {
    const failure = await failureOf(guarded, url);
    expect(failure.message).toMatch(
      /^The address cannot be read\. (The URL must use https|The (host is at an )?address (that )?is not public)/,
    );
    expect(failure.passing).toBeUndefined();
  }
  expect(receiver.requests).toEqual([]);
});

test('what may pass is told apart from what stays', async () => {
  receiver.answer({ status: 429, headers: { 'retry-after': '7' } });
  expect((await failureOf(http, receiver.url)).passing).toEqual({ retryAfterMs: 7_000 });
  receiver.answer({ reset: true });
  expect((await failureOf(http, receiver.url)).passing).toEqual({});
  receiver.answer({ status: 301, headers: { location: '/elsewhere' } });
  expect(await failureOf(http, receiver.url)).toMatchObject({
    passing: undefined,
    message: expect.stringContaining('another address'),
  });
  receiver.answer({ status: 404 });
  expect(await failureOf(http, receiver.url)).toMatchObject({
    passing: undefined,
    message: 'The address answered 404.',
  });
});
