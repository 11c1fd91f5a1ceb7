import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Probe, startProbe } from './probe/start-probe.ts';

let probe: Probe;
beforeAll(async () => {
  probe = await startProbe('in memory');
});
afterAll(async () => probe[Symbol.asyncDispose]());

type Raw = { status: number; headers: IncomingHttpHeaders; bytes: Buffer };

/** Requests the bytes as they are sent, because fetch would decompress them. */
function ask(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Raw> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(probe.url + path, { method, headers: { authorization: 'Bearer editor', ...headers } });
    request.once('error', reject).once('response', (response) => {
      const { statusCode: status = 0 } = response;
      buffer(response).then((bytes) => resolve({ status, headers: response.headers, bytes }), reject);
    });
    request.end();
  });
}

const plain = (answer: Raw): Buffer => {
  if (answer.headers['content-encoding'] === 'br') return brotliDecompressSync(answer.bytes);
  return answer.headers['content-encoding'] === 'gzip' ? gunzipSync(answer.bytes) : answer.bytes;
};

const large = '/api/v1/probe/items?tags=open&tags=large&count=200000';
const list = '/api/v1/probe/texts?count=3000';
const constant = '/api/v1/probe/constant';
const document = '/docs/skills/drippulse-openapi-v1.json';

describe.each([
  ['an answer', '/api/v1/probe/sized?bytes=200000', ['br', 'gzip'], 'accept-encoding'],
  ['a streamed list', list, ['gzip', 'gzip'], 'accept-encoding'],
  ['a constant answer', constant, ['br', 'gzip'], 'accept-encoding'],
  ['a document', document, ['br', 'gzip'], 'accept-encoding'],
  ['a page', '/docs/errors', ['br', 'gzip'], 'Accept, accept-encoding'],
])('%s', (_, path, [best, gzip], vary) => {
  test('is sent in the coding that the client prefers, with the bytes that it has without one', async () => {
    const whole = await ask(path);
    expect([whole.status, whole.headers['content-encoding']]).toEqual([200, undefined]);
    expect(whole.headers.vary).toBe(vary);
    const [one, other] = [
      await ask(path, { 'accept-encoding': 'gzip, br' }),
      await ask(path, { 'accept-encoding': 'gzip' }),
    ];
    expect([one.headers['content-encoding'], other.headers['content-encoding']]).toEqual([best, gzip]);
    for (const answer of [one, other]) {
      expect(plain(answer).equals(whole.bytes)).toBe(true);
      expect(answer.bytes.length).toBeLessThan(whole.bytes.length);
      expect(answer.headers.vary).toBe(vary);
      if (answer.headers['content-length'] !== undefined) {
        expect(Number(answer.headers['content-length'])).toBe(answer.bytes.length);
      }
    }
  });
});

describe.each([constant, document, '/docs', '/docs/assets/swagger-ui.css', '/docs/assets/favicon.svg'])(
  '%s',
  (path) => {
    test('has a tag for each coding, and a repeat with it has no body', async () => {
      const tags = new Set<unknown>();
      for (const encoding of ['identity', 'gzip', 'br']) {
        const headers = { 'accept-encoding': encoding };
        const first = await ask(path, headers);
        const etag = String(first.headers.etag);
        tags.add(etag);
        expect(etag).toMatch(/^"[\w-]+"$/);
        for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
          const repeat = await ask(path, { ...headers, 'if-none-match': known });
          expect([repeat.status, repeat.bytes.length, repeat.headers.etag]).toEqual([304, 0, etag]);
          expect(repeat.headers['cache-control']).toBe(first.headers['cache-control']);
          expect(repeat.headers.vary).toBe(first.headers.vary);
        }
        for (const unknown of ['"other"', etag.slice(1, -1), 'W/', ',,']) {
          expect((await ask(path, { ...headers, 'if-none-match': unknown })).status).toBe(200);
        }
        const head = await ask(path, headers, 'HEAD');
        expect([head.status, head.bytes.length]).toEqual([200, 0]);
        expect(head.headers['content-length']).toBe(first.headers['content-length']);
        expect(head.headers.etag).toBe(etag);
      }
      const isCompressed = (await ask(path, { 'accept-encoding': 'br' })).headers['content-encoding'] !== undefined;
      expect(tags.size).toBe(isCompressed ? 3 : 1);
    });
  },
);

test.each([
  ['small', '/api/v1/probe/sized?bytes=100'],
  ['a small streamed list', '/api/v1/probe/texts?count=1'],
  ['one that can hold a credential', large],
  ['a list of those', '/api/v1/probe/lists?count=3000'],
  ['bytes that are not text', '/api/v1/probe/downloads/3'],
  ['an image', '/docs/assets/favicon.svg'],
  ['an error', '/nowhere'],
])('an answer is not compressed when it is %s', async (_, path) => {
  const { headers } = await ask(path, { 'accept-encoding': 'br, gzip' });
  expect(headers['content-encoding']).toBeUndefined();
});

test.each(['', ';;', 'br;q=0', 'gzip;q=nan', `br,${' '.repeat(9_000)}x`, '*;q=0', '\u00ff', ',,,,'])(
  'a client that accepts %j gets the plain bytes',
  async (accepted) => {
    for (const path of ['/api/v1/probe/sized?bytes=2000', list, constant, document]) {
      const answer = await ask(path, { 'accept-encoding': accepted });
      expect([answer.status, answer.headers['content-encoding']]).toEqual([200, undefined]);
    }
  },
);

test('a burst of large answers is whole, whichever of them are compressed', async () => {
  const path = '/api/v1/probe/sized?bytes=300000';
  const expected = (await ask(path)).bytes;
  const answers = await Promise.all(Array.from({ length: 20 }, () => ask(path, { 'accept-encoding': 'br' })));
  for (const answer of answers) expect(plain(answer).equals(expected)).toBe(true);
  expect(answers.some(({ headers }) => headers['content-encoding'] === 'br')).toBe(true);
});

test('a list that fails in the middle is broken off, compressed or not', async () => {
  for (const encoding of ['identity', 'gzip']) {
    const path = '/api/v1/probe/texts?count=50000&fail_after=40000';
    await expect(ask(path, { 'accept-encoding': encoding })).rejects.toThrow();
  }
});
