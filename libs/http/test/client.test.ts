import { readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Socket, type Server as TcpServer } from 'node:net';
import { setDefaultCACertificates } from 'node:tls';
import { afterEach, expect, test } from '@jest/globals';
import { createHttpClient, type HttpClientOptions, HttpFailure } from '../src/index.ts';

const key = readFileSync(new URL('key.pem', import.meta.url), 'utf8');
const certificate = readFileSync(new URL('certificate.pem', import.meta.url), 'utf8');

const stops: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

function client(o: Partial<HttpClientOptions> = {}) {
  const made = createHttpClient({ allowPrivate: true, userAgent: 'DripPulse-Test/1', ...o });
  stops.push(() => made.close());
  return made;
}

async function listen(server: TcpServer): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  });
  return (server.address() as AddressInfo).port;
}

const serve = (listener: RequestListener) => listen(createServer(listener));

async function failure(promise: Promise<unknown>): Promise<HttpFailure> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof HttpFailure) return error;
  throw new Error('The request was answered.', { cause: error });
}

const post = { method: 'POST', body: '{}', totalTimeoutMs: 60_000 };

test('an answer comes back with status, headers and body', async () => {
  const port = await serve((request, response) => {
    response.setHeader('retry-after', '7');
    response.statusCode = 503;
    response.end(`${request.method} ${request.url} ${request.headers['user-agent']} ${request.headers['x-a']}`);
  });
  const answer = await client().request({ ...post, url: `http://127.0.0.1:${port}/a?b=c`, headers: { 'X-A': '1' } });
  expect(answer.statusCode).toBe(503);
  expect(answer.headers['retry-after']).toBe('7');
  expect(answer.text).toBe('POST /a?b=c DripPulse-Test/1 1');
  expect(answer.truncated).toBe(false);
});

test('a redirect is an answer and is not followed', async () => {
  let requests = 0;
  const port = await serve((_request, response) => {
    requests += 1;
    response.writeHead(302, { location: 'http://169.254.169.254/' }).end();
  });
  const answer = await client().request({ ...post, url: `http://127.0.0.1:${port}/` });
  expect(answer.statusCode).toBe(302);
  expect(requests).toBe(1);
});

test('an endless body is cut and its connection destroyed', async () => {
  const { promise: closed, resolve: sawClose } = Promise.withResolvers<void>();
  const port = await serve((_request, response) => {
    const chunk = Buffer.alloc(16_384, 'a');
    const more = () => {
      while (!response.destroyed && response.write(chunk));
    };
    response.on('drain', more).on('close', () => sawClose());
    more();
  });
  const answer = await client().request({
    ...post,
    url: `http://127.0.0.1:${port}/`,
    maxReadBytes: 65_536,
    keepBytes: 100,
  });
  expect(answer.statusCode).toBe(200);
  expect(answer.text.length).toBe(100);
  expect(answer.truncated).toBe(true);
  await closed;
});

test('a body that drips is cut off at the deadline', async () => {
  const port = await serve((_request, response) => {
    const timer = setInterval(() => response.write('.'), 20);
    response.on('close', () => clearInterval(timer));
  });
  const error = await failure(client().request({ ...post, url: `http://127.0.0.1:${port}/`, totalTimeoutMs: 200 }));
  expect(error.code).toBe('timeout');
});

test('headers that never come are a timeout', async () => {
  const port = await serve(() => undefined);
  const error = await failure(client().request({ ...post, url: `http://127.0.0.1:${port}/`, totalTimeoutMs: 100 }));
  expect(error.code).toBe('timeout');
});

test('a handshake that never ends is a timeout of the connect', async () => {
  const port = await listen(createTcpServer(() => undefined));
  const error = await failure(
    client({ connectTimeoutMs: 100 }).request({ ...post, url: `https://127.0.0.1:${port}/`, totalTimeoutMs: 600_000 }),
  );
  expect(error.code).toBe('timeout');
});

test('a caller may stop a request', async () => {
  const port = await serve(() => undefined);
  const stop = new AbortController();
  const pending = failure(client().request({ ...post, url: `http://127.0.0.1:${port}/`, signal: stop.signal }));
  stop.abort();
  expect((await pending).code).toBe('aborted');
});

test('nobody listening, a closed connection and nonsense are told apart', async () => {
  const silent = createTcpServer();
  const freePort = await listen(silent);
  await new Promise((resolve) => silent.close(resolve));
  const resetPort = await listen(createTcpServer((socket) => socket.once('data', () => socket.destroy())));
  const nonsensePort = await listen(createTcpServer((socket) => socket.end('220 mail.example.com ESMTP\r\n')));
  const codes = [];
  for (const port of [freePort, resetPort, nonsensePort]) {
    codes.push((await failure(client().request({ ...post, url: `http://127.0.0.1:${port}/` }))).code);
  }
  expect(codes).toEqual(['connection_refused', 'connection_reset', 'protocol_error']);
});

test('a name without an address is dns_failed', async () => {
  const unknown = client({ resolve: () => Promise.reject(new Error('ENOTFOUND')) });
  expect((await failure(unknown.request({ ...post, url: 'https://hooks.example.com/' }))).code).toBe('dns_failed');
  const empty = client({ resolve: async () => [] });
  expect((await failure(empty.request({ ...post, url: 'https://hooks.example.com/' }))).code).toBe('dns_failed');
});

test('a name server that says nothing is a timeout of the connect', async () => {
  const silent = client({ connectTimeoutMs: 100, resolve: () => new Promise(() => undefined) });
  const error = await failure(silent.request({ ...post, url: 'https://hooks.example.com/', totalTimeoutMs: 600_000 }));
  expect(error.code).toBe('timeout');
});

test.each([
  [['127.0.0.1']],
  [['8.8.8.8', '10.0.0.1']],
  [['::ffff:127.0.0.1']],
  [['64:ff9b::7f00:1']],
  [['169.254.169.254']],
])('a name at %j is refused at connect', async (addresses) => {
  const strict = client({ allowPrivate: false, resolve: async () => addresses });
  const error = await failure(strict.request({ ...post, url: 'https://hooks.example.com/' }));
  expect(error.code).toBe('address_not_allowed');
});

test('a name server that changes its mind after the check changes nothing: the checked address is the one used', async () => {
  const port = await serve((_request, response) => response.end('ok'));
  const answers = [['127.0.0.1'], ['169.254.169.254'], ['169.254.169.254']];
  let asked = 0;
  const rebinding = client({ resolve: async () => answers[asked++] ?? [] });
  const first = await rebinding.request({ ...post, url: `http://rebind.example.com:${port}/` });
  expect(first.text).toBe('ok');
  expect(asked).toBe(1);
  const elsewhere = failure(rebinding.request({ ...post, url: `http://rebind.example.com:${port + 1}/` }));
  expect((await elsewhere).code).toBe('address_not_allowed');
});

test.each(['http://hooks.example.com/', 'https://127.0.0.1/', 'https://[::1]/', 'https://a:b@hooks.example.com/'])(
  '%s is refused before anything is sent',
  async (url) => {
    const strict = client({ allowPrivate: false, resolve: () => Promise.reject(new Error('asked')) });
    expect((await failure(strict.request({ ...post, url }))).code).toBe('url_not_allowed');
  },
);

test('TLS is verified: unknown authority and wrong name fail, a known one passes', async () => {
  const port = await listen(createTlsServer({ key, cert: certificate }, (_request, response) => response.end('ok')));
  const resolve = async () => ['127.0.0.1'];
  const good = `https://hooks.example.com:${port}/`;
  expect((await failure(client({ resolve }).request({ ...post, url: good }))).code).toBe('tls_failed');
  setDefaultCACertificates([certificate]);
  const wrongName = client({ resolve }).request({ ...post, url: `https://other.example.com:${port}/` });
  expect((await failure(wrongName)).code).toBe('tls_failed');
  expect((await client({ resolve }).request({ ...post, url: good })).text).toBe('ok');
});

test('plain http where TLS is spoken, and TLS where plain http is spoken, end in their own codes', async () => {
  const plainPort = await serve((_request, response) => response.end('ok'));
  expect((await failure(client().request({ ...post, url: `https://127.0.0.1:${plainPort}/` }))).code).toBe(
    'tls_failed',
  );
});

test('connections are kept alive and bounded', async () => {
  let connections = 0;
  const server = createServer((_request, response) => response.end('ok'));
  server.on('connection', () => {
    connections += 1;
  });
  const port = await listen(server);
  const bounded = client({ maxConnectionsPerOrigin: 2 });
  await Promise.all(Array.from({ length: 20 }, () => bounded.request({ ...post, url: `http://127.0.0.1:${port}/` })));
  await bounded.request({ ...post, url: `http://127.0.0.1:${port}/` });
  expect(connections).toBe(2);
});

test('headers that describe the connection are left out', async () => {
  const port = await serve((request, response) => response.end(JSON.stringify(request.headers)));
  const answer = await client().request({
    ...post,
    url: `http://127.0.0.1:${port}/`,
    headers: { Host: 'internal.example.com', 'Transfer-Encoding': 'chunked', 'Content-Length': '999', 'X-Kept': 'yes' },
  });
  const seen = JSON.parse(answer.text);
  expect(seen).toMatchObject({ host: `127.0.0.1:${port}`, 'content-length': '2', 'x-kept': 'yes' });
  expect(seen['transfer-encoding']).toBeUndefined();
});

test('a header that cannot be sent fails without a request', async () => {
  const port = await serve((_request, response) => response.end('ok'));
  const request = client().request({ ...post, url: `http://127.0.0.1:${port}/`, headers: { 'x-a': 'a\r\nx-b: c' } });
  expect((await failure(request)).code).toBe('protocol_error');
});

test('an answer has no credential of its request, nor any other', async () => {
  const port = await serve((request, response) => response.end(`${request.url} ${JSON.stringify(request.headers)}`));
  const { text } = await client().request({
    ...post,
    url: `http://127.0.0.1:${port}/?token=planted-1&x=1`,
    headers: { authorization: `Basic ${Buffer.from('ada:planted-2').toString('base64')}`, 'x-api-key': 'planted-3' },
  });
  expect(text).toContain('x=1');
  expect(text).not.toMatch(/planted|cGxhbnRlZC/);
});

test('the beginning of a secret at the end of a truncated answer is removed', async () => {
  const port = await serve((_request, response) => response.end(`you sent Zq-custom-value-9 ${'.'.repeat(100)}`));
  const headers = { 'x-api-key': 'Zq-custom-value-9' };
  const { text } = await client().request({ ...post, url: `http://127.0.0.1:${port}/`, headers, keepBytes: 20 });
  expect(text).toBe('you sent [redacted]');
});

test.each(['EMFILE', 'ENFILE', 'ENOMEM', 'EADDRNOTAVAIL'])(
  "%s is this machine's shortage, and no failure of the receiver",
  async (code) => {
    const short = client({ resolve: () => Promise.reject(Object.assign(new Error(code), { code })) });
    const request = short.request({ ...post, url: 'https://hooks.example.com/' });
    await expect(request).rejects.toMatchObject({ kind: 'unavailable', reason: 'busy', retryAfterSeconds: 1 });
  },
);

test('an exchange has the whole answer, tokens too, up to its cap', async () => {
  const port = await serve((request, response) => response.end(`${request.headers.authorization} ${'x'.repeat(20)}`));
  const ask = { ...post, url: `http://127.0.0.1:${port}/`, headers: { authorization: 'Bearer tok_1234567890' } };
  expect((await client().exchange(ask)).body.toString()).toBe(`Bearer tok_1234567890 ${'x'.repeat(20)}`);
  expect(await client().exchange({ ...ask, maxReadBytes: 10 })).toMatchObject({
    truncated: true,
    body: Buffer.from('Bearer tok'),
  });
  expect((await client().request(ask)).text).not.toContain('tok_1234567890');
});

test('a fresh connection is one that no request had before, and none has after', async () => {
  const seen: { port: number | undefined; connection: string | undefined }[] = [];
  const port = await serve((request, response) => {
    seen.push({ port: request.socket.remotePort, connection: request.headers.connection });
    response.end('ok');
  });
  const http = client();
  const ask = { ...post, url: `http://127.0.0.1:${port}/` };
  for (const freshConnection of [false, true, false, true]) await http.exchange({ ...ask, freshConnection });
  expect(seen.map(({ connection }) => connection)).toEqual(['keep-alive', 'close', 'keep-alive', 'close']);
  const [first, second, third, fourth] = seen.map((one) => one.port);
  expect(new Set([second, fourth, first]).size).toBe(3);
  expect([second, fourth]).not.toContain(third);
});

test('a download comes piece by piece, and ends with an error beyond its cap or when it breaks off', async () => {
  const port = await serve((request, response) => {
    response.writeHead(200, { 'content-length': '300000' });
    response.write('x'.repeat(200_000));
    if (request.url === '/cut') setImmediate(() => response.destroy());
    else response.end('x'.repeat(100_000));
  });
  async function bytesOf(path: string, maxReadBytes: number): Promise<number> {
    const { body } = await client().download({ ...post, url: `http://127.0.0.1:${port}${path}`, maxReadBytes });
    let bytes = 0;
    for await (const piece of body) bytes += piece.length;
    return bytes;
  }
  expect(await bytesOf('/', 300_000)).toBe(300_000);
  expect(await failure(bytesOf('/', 299_999))).toMatchObject({ code: 'too_large' });
  expect(await failure(bytesOf('/cut', 300_000))).toMatchObject({ code: 'connection_reset' });
});

test('a failure says whether the receiver may have got the request', async () => {
  const silent = await serve(() => undefined);
  const rude = await serve((request) => request.socket.destroy());
  const free = await serve(() => undefined);
  await stops.pop()?.();
  const sent = async (port: number, totalTimeoutMs = 60_000) =>
    (await failure(client().exchange({ ...post, url: `http://127.0.0.1:${port}/`, totalTimeoutMs }))).mayHaveBeenSent;
  expect([await sent(silent, 1_000), await sent(rude), await sent(free)]).toEqual([true, true, false]);
});
