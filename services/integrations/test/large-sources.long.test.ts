import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { Readable } from 'node:stream';
import { createHttpClient, type HttpClient } from '@drippulse/http';
import { portOf } from '@drippulse/servers';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { maxFileBytes } from '../src/runs/fetch-file.ts';
import { fetchUrl } from '../src/sources/readers/fetch-url.ts';

const megabyte = Buffer.alloc(1024 * 1024, 'ada@example.com,Ada\n');

let server: Server;
let http: HttpClient;
beforeAll(async () => {
  // Sends no length, and sends chunks until the client stops reading.
  server = createServer((_, response) => {
    function* pieces() {
      for (let sent = 0; sent < 4_096; sent += 1) yield megabyte;
    }
    Readable.from(pieces()).pipe(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  http = createHttpClient({ allowPrivate: true, userAgent: 'test' });
});
afterAll(async () => {
  await http.close();
  server.closeAllConnections();
  server.close();
});

test('a file of 4 GiB that announces no length is read up to 2 GiB, and refused with that limit', async () => {
  let read = 0;
  const reading = async () => {
    const request = { url: `http://127.0.0.1:${portOf(server)}/`, headers: {}, timeoutMs: 300_000 };
    const { body } = await fetchUrl(http, { ...request, maxBytes: maxFileBytes });
    for await (const piece of body) read += piece.length;
  };
  await expect(reading()).rejects.toThrow('The address cannot be read. The answer is larger than 2 GiB.');
  expect(read).toBeLessThanOrEqual(maxFileBytes);
  expect(read).toBeGreaterThan(maxFileBytes - megabyte.length);
});
