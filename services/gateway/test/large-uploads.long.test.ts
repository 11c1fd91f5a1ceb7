import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Probe, startProbe } from './probe/start-probe.ts';

const megabyte = Buffer.alloc(1_000_000, 'ada@example.com,Ada\n');

let probe: Probe;
beforeAll(async () => {
  probe = await startProbe('in memory');
});
afterAll(async () => probe[Symbol.asyncDispose]());

test('an upload of 2 GB that announces no length is refused with the limit, and no service hears of it', async () => {
  let sent = 0;
  function* pieces() {
    for (; sent < 2_000; sent += 1) yield megabyte;
  }
  const request = httpRequest(`${probe.url}/api/v1/probe/uploads`, {
    method: 'POST',
    headers: { authorization: 'Bearer editor', 'content-type': 'text/csv' },
  });
  // The response arrives in the middle of the body, and nobody reads the rest of the body.
  request.on('error', () => undefined);
  Readable.from(pieces()).pipe(request);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const answer = JSON.parse(await text(response));
  request.destroy();
  expect(response.statusCode).toBe(413);
  expect(answer).toMatchObject({
    error: 'body_too_large',
    detail: 'An upload may have at most 512 MiB. Send the file in parts.',
  });
  expect(sent).toBeLessThan(2_000);
  expect(probe.log.chunksReceived).toBe(0);
});
