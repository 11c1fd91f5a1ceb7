import { Code, ConnectError } from '@connectrpc/connect';
import { errorKinds } from '@drippulse/errors';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { fromConnectError } from '../src/index.ts';
import { editor, layouts, type Probe, startProbe } from './start-probe.ts';

describe.each(layouts)('calls %s', (layout) => {
  let probe: Probe;
  beforeEach(async () => {
    probe = await startProbe(layout);
  });
  afterEach(() => probe.stop());

  const failure = (call: Promise<unknown>): Promise<unknown> =>
    call.then(
      () => {
        throw new Error('the call succeeded');
      },
      (error: unknown) => error,
    );

  test('a unary call carries its caller, request id, trace context and reply headers', async () => {
    let header = new Headers();
    const reply = await probe.client(editor).echo(
      { id: 5n },
      {
        headers: { 'x-request-id': 'r-1', traceparent: '00-a-b-01' },
        onHeader: (headers) => {
          header = headers;
        },
      },
    );
    expect(JSON.parse(reply.name)).toEqual({
      organizationId: '7',
      actor: { type: 'user', id: '3' },
      role: 'editor',
      mode: 'live',
    });
    expect(reply).toMatchObject({ id: 5n, header: 'r-1 00-a-b-01' });
    expect(header.get('x-probe-out')).toBe('out');
  });

  test('a client stream arrives whole and in order', async () => {
    async function* parts() {
      for (let index = 0; index < 200; index++) yield { body: { data: new Uint8Array(65_536).fill(index) } };
    }
    const reply = await probe.client(editor).upload(parts());
    expect(reply.size).toBe(200n * 65_536n);
    expect(reply.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  test('a server stream arrives whole and in order, its headers first', async () => {
    const got: bigint[] = [];
    let header = new Headers();
    const onHeader = (headers: Headers) => {
      header = headers;
    };
    for await (const { totalCount } of probe.client(editor).listItems({ count: 2000 }, { onHeader })) {
      got.push(totalCount);
    }
    expect(got).toEqual(Array.from({ length: 2000 }, (_, index) => BigInt(index)));
    expect(header.get('x-probe-out')).toBe('out');
  });

  test('a server stream that fails gives what it had and then the error', async () => {
    const got: bigint[] = [];
    const error = await failure(
      (async () => {
        for await (const { totalCount } of probe.client(editor).listItems({ count: 10, failAfter: 4 })) {
          got.push(totalCount);
        }
      })(),
    );
    expect(got).toHaveLength(4);
    expect(fromConnectError(error)).toMatchObject({ kind: 'not_found', reason: 'gone' });
  });

  test('a stream both ways answers each message as it comes', async () => {
    const { promise: firstAnswered, resolve } = Promise.withResolvers<void>();
    async function* questions() {
      yield { text: 'a' };
      await firstAnswered;
      yield { text: 'b' };
    }
    const answers: string[] = [];
    for await (const { text } of probe.client(editor).chat(questions())) {
      answers.push(text);
      resolve();
    }
    expect(answers).toEqual(['a!', 'b!']);
  });

  test.each(errorKinds.filter((kind) => kind !== 'internal'))(
    'a %s error keeps its kind, reason, message, violations and time to wait',
    async (kind) => {
      const error = fromConnectError(await failure(probe.client(editor).echo({ id: 1n, fail: kind })));
      expect(error).toMatchObject({
        kind,
        reason: 'some_reason',
        message: 'Ünlucky: 100 %',
        violations: [{ field: 'item.name', message: 'is tøø long', code: 'length' }],
        retryAfterSeconds: 3,
      });
    },
  );

  test('a defect answers internal at once, says nothing of itself, and is logged whole with its request', async () => {
    const call = probe.client(editor).echo({ id: 1n, fail: 'defect' }, { headers: { 'x-request-id': 'r-2' } });
    const error = await failure(call);
    expect(fromConnectError(error)).toMatchObject({ kind: 'internal', reason: 'internal_error' });
    expect(String(error)).not.toContain('secret');
    const line = probe.lines.map((text) => JSON.parse(text)).find(({ msg }) => msg === 'call failed');
    expect(line).toMatchObject({
      request_id: 'r-2',
      method: 'drippulse.testing.v1.ProbeService/Echo',
      err: { message: 'a secret of ours', stack: expect.stringContaining('start-probe.ts') },
    });
  });

  test('a deadline ends the call on both sides', async () => {
    const call = probe.client(editor).echo({ id: 11n, delayMs: 20_000 }, { timeoutMs: 1000 });
    expect(fromConnectError(await failure(call))).toMatchObject({ kind: 'unavailable', reason: 'deadline_exceeded' });
    await seen(() => probe.ended.includes('11'));
  });

  test('a caller that goes away ends the call on the other side', async () => {
    const leaving = new AbortController();
    const call = probe.client(editor).echo({ id: 12n, delayMs: 20_000 }, { signal: leaving.signal });
    const ending = failure(call);
    await seen(() => probe.begun.includes('12'));
    leaving.abort();
    expect(fromConnectError(await ending)).toMatchObject({ reason: 'cancelled' });
    await seen(() => probe.ended.includes('12'));
  });

  test('a reader that goes away ends a stream that nobody would read', async () => {
    const leaving = new AbortController();
    const error = await failure(
      (async () => {
        const stream = probe.client(editor).listItems({ count: 1e9 }, { signal: leaving.signal, timeoutMs: 180_000 });
        for await (const { totalCount } of stream) if (totalCount === 100n) leaving.abort();
      })(),
    );
    expect(fromConnectError(error)).toMatchObject({ reason: 'cancelled' });
    await seen(() => probe.ended.includes('list'));
  });

  test('a message beyond 32 MiB is too large, one below passes', async () => {
    const name = 'x'.repeat(31 << 20);
    expect((await probe.client(editor).echo({ id: 1n, name })).name).toHaveLength(name.length);
    const call = probe.client(editor).echo({ id: 1n, name: 'x'.repeat(33 << 20) });
    expect(fromConnectError(await failure(call))).toMatchObject({ kind: 'too_large' });
  });

  test('a method that is not served says so without a reason of ours', async () => {
    const error = await failure(probe.client(editor).redirect({}));
    expect(error).toMatchObject({ code: Code.Unimplemented });
    expect(fromConnectError(error).kind).toBe('internal');
  });

  test('a service that is away is unavailable, with a time to come back, and seen as not serving', async () => {
    expect(await probe.peers.isServing('workflows')).toBe(true);
    await probe.stopServer();
    const error = await failure(probe.client(editor).echo({ id: 1n }));
    expect(error).toBeInstanceOf(ConnectError);
    expect(fromConnectError(error)).toMatchObject({
      kind: 'unavailable',
      reason: 'service_unavailable',
      retryAfterSeconds: 1,
    });
    expect(await probe.peers.isServing('workflows')).toBe(false);
  });
});

/** Waits for a check to succeed, because the other side notices the end of a call only later. */
async function seen(check: () => boolean): Promise<void> {
  const end = performance.now() + 5000;
  while (!check()) {
    if (performance.now() > end) throw new Error('it was not seen within 5 s');
    await new Promise((resolve) => setImmediate(resolve));
  }
}
