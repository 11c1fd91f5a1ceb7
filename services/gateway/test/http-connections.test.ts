import { eventually } from '@drippulse/testing';
import { expect, test } from '@jest/globals';
import { openSocket, readToEnd } from './probe/raw-http.ts';
import { startProbe } from './probe/start-probe.ts';

const echo =
  'POST /api/v1/probe/echo/1 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer editor\r\nContent-Type: application/json\r\n';

test('headers that come too slowly are answered and the connection closed', async () => {
  await using probe = await startProbe('in memory', { limits: { headersTimeoutMs: 200 } });
  const socket = await openSocket(probe, 'GET /api/v1/probe/items HTTP/1.1\r\nHost: x\r\nX-Slow: ');
  const answer = await readToEnd(socket);
  expect(answer).toMatch(/^HTTP\/1.1 408 /);
  expect(answer).toContain('content-type: application/problem+json');
  expect(answer).toContain('"error":"request_timeout"');
});

test('a body that falls silent is answered in the shape of every error', async () => {
  await using probe = await startProbe('in memory', { bodyIdleTimeoutMs: 200 });
  const socket = await openSocket(probe, `${echo}Content-Length: 100\r\n\r\n{"name": `);
  socket.once('data', () => socket.end());
  expect(await readToEnd(socket)).toMatch(/^HTTP\/1.1 408 .*"error":"request_timeout"/s);
});

test('a request that is never complete is closed, however steadily it drips', async () => {
  await using probe = await startProbe('in memory', { limits: { headersTimeoutMs: 300, requestTimeoutMs: 500 } });
  const socket = await openSocket(probe, `${echo}Content-Length: 1000000\r\n\r\n`);
  const drip = setInterval(() => socket.write(' '), 20);
  const answer = await readToEnd(socket);
  clearInterval(drip);
  expect(answer).toMatch(/^HTTP\/1.1 408 /);
});

test.each([
  ['what is no HTTP', 'hello\r\n\r\n', 400, 'malformed_request'],
  [
    'headers of 17 KiB',
    `GET / HTTP/1.1\r\nHost: x\r\nX-Large: ${'a'.repeat(17 << 10)}\r\n\r\n`,
    431,
    'headers_too_large',
  ],
  ['a request without a host', 'GET /health HTTP/1.1\r\nConnection: close\r\n\r\n', 400, 'malformed_request'],
  ['two lengths', `${echo}Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}`, 400, 'malformed_request'],
  ['a length and chunks', `${echo}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}`, 400, 'malformed_request'],
])('%s is refused in the shape of every error', async (_, text, status, reason) => {
  await using probe = await startProbe('in memory');
  const answer = await readToEnd(await openSocket(probe, text));
  expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(answer).toContain(`"error":"${reason}"`);
});

test('a second request on a connection may fail without harm to the first', async () => {
  await using probe = await startProbe('in memory');
  const socket = await openSocket(probe, 'GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n');
  socket.once('data', () => socket.write('nonsense\r\n\r\n'));
  const answer = await readToEnd(socket);
  expect(answer).toMatch(/^HTTP\/1.1 404 .*HTTP\/1.1 400 /s);
});

test('a client that hangs up in the middle of its body leaves nothing behind', async () => {
  await using probe = await startProbe('in memory');
  const socket = await openSocket(probe, `${echo}Content-Length: 100\r\n\r\n{"name": `);
  setImmediate(() => socket.destroy());
  await eventually(() => expect(probe.answered).toMatchObject([{ status: 499, route: '/api/v1/probe/echo/{id}' }]));
});

test('a request under way is answered while the server stops, and idle connections do not hold it', async () => {
  const probe = await startProbe('in memory');
  const idle = await openSocket(probe, 'GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n');
  const body = '{"name": "n", "delay_ms": 1000}';
  const busy = await openSocket(probe, `${echo}Content-Length: ${body.length}\r\n\r\n${body}`);
  const answers = Promise.all([readToEnd(idle), readToEnd(busy)]);
  await eventually(() => expect([probe.answered.length > 0, probe.log.delayed]).toEqual([true, 1]));
  await probe.stopGracefully();
  const [, answer] = await answers;
  expect(answer).toMatch(/^HTTP\/1.1 201 /);
  await probe[Symbol.asyncDispose]();
});

test('a connection on which nothing comes does not hold a server that stops', async () => {
  const probe = await startProbe('in memory', {
    limits: { headersTimeoutMs: 3_600_000, requestTimeoutMs: 3_600_000 },
  });
  const silent = readToEnd(await openSocket(probe, ''));
  await probe.stopGracefully(3_600_000);
  expect(await silent).toBe('');
  await probe[Symbol.asyncDispose]();
});

test('once the server leaves, each answer is the last on its connection, and new connections are still taken', async () => {
  await using probe = await startProbe('in memory');
  const request = 'GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n';
  const kept = await openSocket(probe, request);
  const ofKept = readToEnd(kept);
  await eventually(() => expect(probe.answered).toHaveLength(1));
  probe.leave();
  kept.write(request);
  const [ofOld, ofNew] = await Promise.all([ofKept, readToEnd(await openSocket(probe, request))]);
  expect(ofOld.match(/^connection: \S+/gim)).toEqual(['Connection: keep-alive', 'connection: close']);
  expect(ofNew).toMatch(/^HTTP\/1.1 404 .*connection: close/is);
});
