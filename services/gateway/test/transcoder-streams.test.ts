import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { chunkBytes } from './probe/probe-service.ts';
import { openSocket, readToEnd } from './probe/raw-http.ts';
import { send } from './probe/send.ts';
import { layouts, type Probe, startProbe } from './probe/start-probe.ts';

const uploads = '/api/v1/probe/uploads';
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe.each(layouts)('%s', (layout) => {
  let probe: Probe;
  beforeAll(async () => {
    probe = await startProbe(layout);
  });
  afterAll(async () => probe[Symbol.asyncDispose]());

  test('an upload larger than any message reaches the service part by part', async () => {
    const bytes = Buffer.alloc(40 << 20, 'abcdefg');
    const answer = await send(probe, 'POST', `${uploads}?dry_run=true`, {
      raw: bytes,
      headers: { 'content-type': 'text/csv' },
    });
    expect(answer).toMatchObject({
      status: 202,
      json: { size: bytes.length, sha256: sha256(bytes), content_type: 'text/csv', dry_run: true },
    });
    expect(probe.log.chunksReceived).toBeGreaterThan(100);
  });

  test.each([
    ['text/csv', 512 << 20],
    // The file of multipart/form-data has framing around it.
    ['multipart/form-data; boundary=b', 513 << 20],
  ])('an upload of %s that announces 2 GB is refused before a byte of it, with the limit', async (type, most) => {
    const announced = async (length: number) => {
      const headers = `Authorization: Bearer editor\r\nContent-Type: ${type}\r\nContent-Length: ${length}`;
      const socket = await openSocket(probe, `POST ${uploads} HTTP/1.1\r\nHost: x\r\n${headers}\r\n\r\n`);
      const [answer] = await once(socket, 'data');
      socket.destroy();
      return String(answer);
    };
    for (const length of [2_000_000_000, most + 1]) {
      const answer = await announced(length);
      expect(answer).toMatch(/^HTTP\/1\.1 413 /);
      expect(answer).toContain('An upload may have at most 512 MiB. Send the file in parts.');
    }
  });

  /** Uploads like a client that sends the whole body before it reads the response. */
  async function sendWhole(agent: Agent, headers: Record<string, string>, body: Buffer) {
    const request = httpRequest(probe.url + uploads, {
      method: 'POST',
      agent,
      headers: { authorization: 'Bearer editor', ...headers },
    });
    request.end(body);
    const [[response]] = await Promise.all([
      once(request, 'response') as Promise<[IncomingMessage]>,
      once(request, 'finish'),
    ]);
    await once(response.resume(), 'end');
    return { status: response.statusCode, reusedSocket: request.reusedSocket };
  }

  test('an empty upload still brings its parameters and content type', async () => {
    const headers = { 'content-type': 'text/csv' };
    const { json } = await send(probe, 'POST', `${uploads}?dry_run=1`, { headers });
    expect(json).toMatchObject({ size: 0, content_type: 'text/csv', dry_run: true });
  });

  test('of multipart/form-data the part named file is the upload, whatever stands around it', async () => {
    const bytes = Buffer.alloc(3 << 20, 'x,y\n');
    const form = new FormData();
    form.set('note', 'before');
    form.set('other', new Blob(['not this one']), 'other.txt');
    form.set('file', new Blob([bytes], { type: 'text/csv' }), 'rows.csv');
    form.set('after', 'after');
    expect(await send(probe, 'POST', uploads, { raw: form })).toMatchObject({
      status: 202,
      json: { size: bytes.length, sha256: sha256(bytes), content_type: 'text/csv' },
    });
  });

  test('multipart without a file is a missing parameter, and broken multipart malformed', async () => {
    const form = new FormData();
    form.set('note', 'alone');
    expect(await send(probe, 'POST', uploads, { raw: form })).toMatchObject({
      status: 400,
      json: { error: 'parameter_missing', errors: { file: ['is required'] } },
    });
    const headers = { 'content-type': 'multipart/form-data' };
    expect(await send(probe, 'POST', uploads, { raw: 'x', headers })).toMatchObject({
      status: 400,
      json: { error: 'malformed_multipart' },
    });
    const cut = '--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nhalf of it';
    const cutHeaders = { 'content-type': 'multipart/form-data; boundary=b' };
    expect(await send(probe, 'POST', uploads, { raw: cut, headers: cutHeaders })).toMatchObject({
      status: 400,
      json: { error: 'upload_incomplete' },
    });
  });

  test('a service may refuse an upload before its end, and the client gets to see why', async () => {
    const headers = { 'content-type': 'text/refused' };
    expect(await send(probe, 'POST', uploads, { raw: Buffer.alloc(8 << 20), headers })).toMatchObject({
      status: 422,
      json: { error: 'upload_refused' },
    });
  });

  test.each(['text/refused', 'multipart/form-data; boundary=b'])(
    'what follows the refusal of an upload of %s is read, and its connection serves the next request',
    async (contentType) => {
      const part =
        '--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\nContent-Type: text/refused\r\n\r\n';
      const body = Buffer.concat([Buffer.from(part), Buffer.alloc(24 << 20), Buffer.from('\r\n--b--\r\n')]);
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      const refused = await sendWhole(agent, { 'content-type': contentType }, body);
      expect(refused).toEqual({ status: 422, reusedSocket: false });
      expect(await sendWhole(agent, { 'content-type': 'text/csv' }, Buffer.from('a,b'))).toEqual({
        status: 202,
        reusedSocket: true,
      });
      agent.destroy();
    },
  );

  const head = `POST ${uploads} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer editor\r\nContent-Length: 100\r\n\r\n`;

  test('an upload that falls silent is refused', async () => {
    // The limit is set only in this test, because on a busy machine a sender may wait for 300 ms without being silent.
    await using impatient = await startProbe(layout, { bodyIdleTimeoutMs: 300 });
    const silent = await openSocket(impatient, `${head}only this`);
    silent.once('data', () => silent.end());
    expect(await readToEnd(silent)).toMatch(/^HTTP\/1.1 408 .*"error":"request_timeout"/s);
  });

  test('an upload that breaks off never looks complete', async () => {
    const answered = probe.answered.length;
    const broken = await openSocket(probe, `${head}only this`);
    setImmediate(() => broken.destroy());
    await eventually(() => expect(probe.answered.length).toBeGreaterThan(answered));
    expect(probe.answered.slice(answered).map(({ status }) => status)).not.toContain(202);
  });

  test('a download is written out as it comes, with the type of its first chunk', async () => {
    const response = await fetch(`${probe.url}/api/v1/probe/downloads/3`, {
      headers: { authorization: 'Bearer viewer' },
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(response.headers.get('content-type')).toBe('application/x-probe');
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="probe.bin"');
    expect([bytes.length, bytes[0], bytes.at(-1)]).toEqual([3 * chunkBytes, 0, 2]);
  });

  test('a client that does not read stops the service from sending, and one that leaves ends it', async () => {
    probe.log.chunksSent = 0;
    probe.log.cancelled.length = 0;
    const chunks = 20_000;
    const request = httpRequest(`${probe.url}/api/v1/probe/downloads/${chunks}`, {
      headers: { authorization: 'Bearer viewer' },
    });
    request.on('error', () => undefined); // the request is destroyed below
    request.end();
    await new Promise((resolve) => request.once('response', resolve)); // nobody reads the body of the response
    let before = -1;
    await eventually(async () => {
      const sent = probe.log.chunksSent;
      const isStill = sent === before;
      before = sent;
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(isStill).toBe(true);
    });
    // Of the 1.3 GB, only as much is sent as fits into the buffers on the way.
    expect(probe.log.chunksSent).toBeLessThan(1000);
    request.destroy();
    await eventually(() => expect(probe.log.cancelled).toContain('download'));
  });

  test('the parts of a list are one JSON object', async () => {
    const { status, json, headers } = await send(probe, 'GET', '/api/v1/probe/lists?count=5', { role: 'viewer' });
    expect([status, headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
    const items = json['items'] as { id: number }[];
    expect(items.map(({ id }) => id)).toEqual([0, 1, 2, 3, 4]);
    expect(json).toMatchObject({ total_count: 5, next_cursor: 'after-4' });
    expect((await send(probe, 'GET', '/api/v1/probe/lists')).json).toEqual({
      items: [],
      total_count: 0,
      next_cursor: null,
    });
    expect(await send(probe, 'HEAD', '/api/v1/probe/lists?count=5')).toMatchObject({ status: 200, text: '' });
  });

  test('a list that fails before its first part is an error, after it the connection breaks off', async () => {
    expect(await send(probe, 'GET', '/api/v1/probe/lists?count=9&fail_after=0')).toMatchObject({
      status: 422,
      json: { error: 'probe_failed' },
    });
    await expect(send(probe, 'GET', '/api/v1/probe/lists?count=90&fail_after=40')).rejects.toThrow();
    await eventually(() => expect(probe.answered.at(-1)).toMatchObject({ status: 200, reason: 'internal_error' }));
  });
});
