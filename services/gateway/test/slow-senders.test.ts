import { once } from 'node:events';
import type { Socket } from 'node:net';
import { eventually } from '@drippulse/testing';
import { describe, expect, test } from '@jest/globals';
import { openSocket, readToEnd } from './probe/raw-http.ts';
import { send } from './probe/send.ts';
import { layouts, type Probe, startProbe } from './probe/start-probe.ts';

const uploads = '/api/v1/probe/uploads';
const head = (path: string, length: number, credential = 'editor') =>
  `POST ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${credential}\r\nContent-Type: application/json\r\n` +
  `Content-Length: ${length}\r\nConnection: close\r\n\r\n`;

/** Begins an upload, which the test continues by writing to the socket. */
const begin = (probe: Probe, credential?: string) => openSocket(probe, `${head(uploads, 10, credential)}first`);

const multipart =
  `POST ${uploads} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer editor\r\n` +
  'Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 1000\r\n\r\n';
const filePart = '--b\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\nfirst';

/** Resolves when the process has read everything that was sent before. The process reads requests in order. */
async function untilRead(probe: Probe): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await send(probe, 'GET', '/api/v1/probe/items', { role: 'viewer@9' });
}

async function finish(socket: Socket): Promise<string> {
  const answer = readToEnd(socket);
  socket.write('-last');
  return answer;
}

test.each(layouts)('%s: no call begins before the last byte of its upload is here', async (layout) => {
  await using probe = await startProbe(layout);
  const socket = await begin(probe);
  await untilRead(probe);
  expect(probe.log.chunksReceived).toBe(0);
  expect(await finish(socket)).toMatch(/^HTTP\/1.1 202 .*"size":10,/s);
  expect(probe.log.chunksReceived).toBe(1);
});

describe('uploads under way at once', () => {
  test('an organization has so many, and all together have so many', async () => {
    await using probe = await startProbe('in memory', { holdings: { uploads: { ofEach: 2, ofAll: 3 } } });
    const [first, second] = [await begin(probe), await begin(probe)];
    await untilRead(probe);
    const refused = await send(probe, 'POST', uploads, { raw: 'x' });
    expect([refused.status, refused.json['error']]).toEqual([429, 'too_much_at_once']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    const other = await begin(probe, 'editor@2');
    await untilRead(probe);
    const busy = await send(probe, 'POST', uploads, { raw: 'x', role: 'editor@3' });
    expect([busy.status, busy.json['error'], busy.headers.has('retry-after')]).toEqual([503, 'busy', true]);
    for (const socket of [first, second, other]) expect(await finish(socket)).toMatch(/^HTTP\/1.1 202 /);
    expect(await send(probe, 'POST', uploads, { raw: 'x' })).toMatchObject({ status: 202 });
  });

  test.each([
    ['of raw bytes', `${head(uploads, 10)}first`],
    ['of parts, before its first part', multipart],
    ['of parts, in the head of a part', `${multipart}--b\r\nContent-Disposition: form-data; na`],
    ['of parts, within the file', `${multipart}${filePart}`],
  ])('one %s that breaks off gives its place back', async (_, begun) => {
    // The time limit is long, so no sender is too slow here, and only the end of a connection frees the place.
    const holdings = { uploads: { ofEach: 1, ofAll: 1 } };
    await using probe = await startProbe('in memory', { holdings, bodyIdleTimeoutMs: 3_600_000 });
    const socket = await openSocket(probe, begun);
    await untilRead(probe);
    expect((await send(probe, 'POST', uploads, { raw: 'x' })).json).toMatchObject({ error: 'too_much_at_once' });
    socket.destroy();
    await eventually(async () =>
      expect(await send(probe, 'POST', uploads, { raw: 'x' })).toMatchObject({ status: 202 }),
    );
  });
});

test.each([
  ['an upload', uploads],
  ['a body', '/api/v1/workflows/1/enrollments/bulk'],
])('%s that drips is refused, however steadily', async (_, path) => {
  await using probe = await startProbe('in memory', { bodyIdleTimeoutMs: 400 });
  const socket = await openSocket(probe, head(path, 1_000_000));
  const drip = setInterval(() => socket.write(' '), 20);
  const answer = await readToEnd(socket);
  clearInterval(drip);
  expect(answer).toMatch(/^HTTP\/1.1 408 .*"error":"request_timeout"/s);
});

test('the bytes of bodies under way are bounded for an organization and for all, and given back', async () => {
  const bulk = '/api/v1/workflows/1/enrollments/bulk';
  const holdings = { bodyBytes: { ofEach: 1_000_000, ofAll: 1_500_000 } };
  await using probe = await startProbe('in memory', { holdings });
  const text = JSON.stringify({ contacts: [{ email: 'a@example.com', note: 'x'.repeat(600_000) }] });
  /** Begins a request whose last byte is missing. `answer` is a refusal, or the response to the whole request. */
  const stall = async (credential: string) => {
    const socket = await openSocket(probe, head(bulk, text.length, credential) + text.slice(0, -1));
    socket.on('error', () => undefined);
    const answer = once(socket, 'data').then(([bytes]) => String(bytes));
    return { answer, finish: () => socket.write(text.slice(-1)), end: () => socket.destroy() };
  };
  /** Sends two requests, of which the later one is refused. */
  const contest = async (credentials: [string, string]) => {
    const [one, other] = [await stall(credentials[0]), await stall(credentials[1])];
    const refused = await Promise.race([one.answer.then(() => one), other.answer.then(() => other)]);
    const refusal = await refused.answer;
    refused.end();
    return { refusal, kept: refused === one ? other : one };
  };

  const ofOne = await contest(['editor', 'editor']);
  expect(ofOne.refusal).toMatch(/^HTTP\/1.1 429 .*"error":"too_much_at_once"/s);
  const ofAll = await contest(['editor@2', 'editor@3']);
  expect(ofAll.refusal).toMatch(/^HTTP\/1.1 503 .*"error":"busy"/s);
  for (const { kept } of [ofOne, ofAll]) {
    kept.finish();
    expect(await kept.answer).toMatch(/^HTTP\/1.1 201 /);
  }
  expect(await send(probe, 'POST', bulk, { body: JSON.parse(text) })).toMatchObject({ status: 201 });
});

test('a connection may be silent for as long as a service works on an upload', async () => {
  await using probe = await startProbe('in memory', { limits: { idleTimeoutMs: 2_000 } });
  const headers = { 'content-type': 'text/slow' };
  expect(await send(probe, 'POST', uploads, { raw: 'x', headers })).toMatchObject({ status: 202 });
});

test('a service never waits for a client: it has all of an upload, whose client has gone', async () => {
  await using probe = await startProbe('in memory');
  const sockets = await Promise.all([begin(probe), begin(probe), begin(probe)]);
  await untilRead(probe);
  for (const socket of sockets) socket.destroy();
  await Promise.all(sockets.map((socket) => (socket.closed ? undefined : once(socket, 'close'))));
  await eventually(() => expect(probe.answered.filter(({ route }) => route === uploads)).toHaveLength(3));
  expect(probe.log.chunksReceived).toBe(0);
});
