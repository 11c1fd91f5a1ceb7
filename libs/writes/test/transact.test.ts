import { DomainError } from '@drippulse/errors';
import { type EchoRequest, ProbeService } from '@drippulse/proto/drippulse/testing/v1/testing_pb';
import { fromConnectError } from '@drippulse/rpc';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { eraseAnswers, transact } from '../src/index.ts';
import { gate, type Probe, startProbe } from './probe.ts';

let probe: Probe;
beforeEach(async () => {
  probe = await startProbe();
  probe.handle((context, request, call) =>
    transact(context, call, ProbeService.method.echo, request, async (trx) => {
      await trx
        .insertInto('notes')
        .values({ text: request.name ?? '' })
        .execute();
      return reply(request);
    }),
  );
});
afterEach(() => probe.stop());

const reply = (request: EchoRequest) => ({ id: request.id, name: request.name ?? '', item: request.item });
const withKey = (key: string) => ({ headers: { 'idempotency-key': key } });

async function reasonOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'answered',
    (error) => fromConnectError(error).reason,
  );
}

test('without a key each call acts anew', async () => {
  await probe.client().echo({ id: 1n, name: 'a' });
  await probe.client().echo({ id: 1n, name: 'a' });
  expect(await probe.notes()).toEqual(['a', 'a']);
  expect(await probe.stored()).toBe(0);
});

test('a repeat with the same key gets the first answer and does nothing', async () => {
  const first = await probe.client().echo({ id: 1n, name: 'a' }, withKey('k'));
  const headers: Headers[] = [];
  const repeat = await probe
    .client()
    .echo({ id: 1n, name: 'a' }, { ...withKey('"k"'), onHeader: (h) => headers.push(h) });
  expect(repeat).toEqual(first);
  expect(headers[0]?.get('idempotent-replayed')).toBe('true');
  expect(await probe.notes()).toEqual(['a']);
});

test('a repeat gets the metadata of the first answer too', async () => {
  probe.handle((context, request, call) =>
    transact(context, call, ProbeService.method.echo, request, async () => {
      call.responseHeader.set('x-http-status', '202');
      return reply(request);
    }),
  );
  await probe.client().echo({ id: 1n, name: 'a' }, withKey('k'));
  let status: string | null = null;
  await probe
    .client()
    .echo({ id: 1n, name: 'a' }, { ...withKey('k'), onHeader: (h) => (status = h.get('x-http-status')) });
  expect(status).toBe('202');
});

test('the same key with another request is refused', async () => {
  await probe.client().echo({ id: 1n, name: 'a' }, withKey('k'));
  expect(await reasonOf(probe.client().echo({ id: 2n, name: 'a' }, withKey('k')))).toBe('idempotency_key_reused');
  expect(await probe.notes()).toEqual(['a']);
});

test('a test key and a live caller may use one Idempotency-Key, each for its own request', async () => {
  const byTestKey = probe.client({ mode: 'test' });
  await byTestKey.echo({ id: 1n, name: 'stub' }, withKey('k'));
  await probe.client().echo({ id: 2n, name: 'real' }, withKey('k'));
  await byTestKey.echo({ id: 1n, name: 'stub' }, withKey('k'));
  await probe.client().echo({ id: 2n, name: 'real' }, withKey('k'));
  expect(await probe.notes()).toEqual(['stub', 'real']);
});

test('two organizations may use one key', async () => {
  await probe.client({ organizationId: 1n }).echo({ id: 1n, name: 'a' }, withKey('k'));
  await probe.client({ organizationId: 2n }).echo({ id: 1n, name: 'b' }, withKey('k'));
  expect(await probe.notes()).toEqual(['a', 'b']);
});

test('users share a key unless what is made belongs to the user', async () => {
  const users = ['1', '2'].map((id) => probe.client({ actor: { type: 'user', id } }));
  for (const user of users) await user.echo({ id: 1n, name: 'shared' }, withKey('k'));
  probe.handle((context, request, call) =>
    transact(context, call, ProbeService.method.echo, request, async () => reply(request), { userOwned: true }),
  );
  await users[0]?.echo({ id: 1n, name: 'own' }, withKey('own'));
  expect(await reasonOf(users[1]?.echo({ id: 1n, name: 'own' }, withKey('own')) ?? Promise.resolve())).toBe(
    'idempotency_key_reused',
  );
  expect(await probe.notes()).toEqual(['shared']);
});

test('of two calls with one key at the same time one runs and the other is refused as in progress', async () => {
  const [running, release] = [gate(), gate()];
  probe.handle((context, request, call) =>
    transact(context, call, ProbeService.method.echo, request, async (trx) => {
      await trx.insertInto('notes').values({ text: 'once' }).execute();
      running.open();
      await release.opened;
      return reply(request);
    }),
  );
  const first = probe.client().echo({ id: 1n, name: 'a' }, withKey('k'));
  await running.opened;
  const refusal = await probe.client().echo({ id: 1n, name: 'a' }, withKey('k')).catch(fromConnectError);
  expect(refusal).toMatchObject({ kind: 'aborted', reason: 'idempotency_in_progress', retryAfterSeconds: 1 });
  release.open();
  expect((await first).name).toBe('a');
  expect((await probe.client().echo({ id: 1n, name: 'a' }, withKey('k'))).name).toBe('a');
  expect(await probe.notes()).toEqual(['once']);
});

test('fifty calls with one key at once act once', async () => {
  const calls = Array.from({ length: 50 }, () => reasonOf(probe.client().echo({ id: 1n, name: 'a' }, withKey('k'))));
  const reasons = new Set(await Promise.all(calls));
  reasons.delete('answered');
  reasons.delete('idempotency_in_progress');
  expect([...reasons]).toEqual([]);
  expect(await probe.notes()).toEqual(['a']);
});

test('a refused request stores nothing, neither its effect nor its key', async () => {
  const echo = { id: 1n, name: 'a' };
  probe.handle((context, request, call) =>
    transact(context, call, ProbeService.method.echo, request, async (trx) => {
      await trx.insertInto('notes').values({ text: 'half' }).execute();
      throw new DomainError('failed_precondition', 'not_now', 'Not now.');
    }),
  );
  expect(await reasonOf(probe.client().echo(echo, withKey('k')))).toBe('not_now');
  expect(await probe.notes()).toEqual([]);
  expect(await probe.stored()).toBe(0);
});

test('a connection lost between effect and commit leaves nothing, answers unavailable, and a repeat acts', async () => {
  const echo = { id: 1n, name: 'a' };
  let lose = true;
  probe.handle((context, request, call) =>
    transact(context, call, ProbeService.method.echo, request, async (trx) => {
      await trx.insertInto('notes').values({ text: 'a' }).execute();
      if (lose) await sql`select pg_terminate_backend(pg_backend_pid())`.execute(trx);
      return reply(request);
    }),
  );
  const failure = await probe.client().echo(echo, withKey('k')).catch(fromConnectError);
  expect(failure).toMatchObject({ kind: 'unavailable', reason: 'database_unavailable', retryAfterSeconds: 1 });
  expect([await probe.notes(), await probe.stored()]).toEqual([[], 0]);
  lose = false;
  await probe.client().echo(echo, withKey('k'));
  expect(await probe.notes()).toEqual(['a']);
});

test('a response that has a secret is stored sealed', async () => {
  const secret = 'whsec_planted';
  const echo = { id: 1n, name: 'a', item: { secret } };
  await probe.client().echo(echo, withKey('k'));
  const { rows } = await sql<{
    response: Buffer;
    sealed: boolean;
  }>`select response, sealed from idempotency_keys`.execute(probe.db.kysely);
  expect(rows[0]?.sealed).toBe(true);
  expect(rows[0]?.response.includes(secret)).toBe(false);
  expect((await probe.client().echo(echo, withKey('k'))).item?.secret).toBe(secret);
});

test('after 24 hours the key is free again', async () => {
  await probe.client().echo({ id: 1n, name: 'a' }, withKey('k'));
  await sql`update idempotency_keys set created_at = created_at - interval '25 hours'`.execute(probe.db.kysely);
  await probe.client().echo({ id: 2n, name: 'b' }, withKey('k'));
  expect(await probe.notes()).toEqual(['a', 'b']);
});

test('a transaction that met a deadlock runs again', async () => {
  let tries = 0;
  probe.handle((context, request, call) =>
    transact(context, call, ProbeService.method.echo, request, async (trx) => {
      tries += 1;
      await trx
        .insertInto('notes')
        .values({ text: `try ${tries}` })
        .execute();
      if (tries < 3) await sql`do $$ begin raise sqlstate '40P01'; end $$`.execute(trx);
      return reply(request);
    }),
  );
  await probe.client().echo({ id: 1n, name: 'a' }, withKey('k'));
  expect(await probe.notes()).toEqual(['try 3']);
});

test.each([
  ['empty', '""'],
  ['of two words', 'two words'],
  ['too long', 'x'.repeat(256)],
])('a key that is %s is refused', async (_what, key) => {
  expect(await reasonOf(probe.client().echo({ id: 1n, name: 'a' }, withKey(key)))).toBe('invalid_idempotency_key');
  expect(await probe.notes()).toEqual([]);
});

test('a repeat after its answer was erased is refused, and does nothing', async () => {
  await probe.client().echo({ id: 1n, name: 'a' }, withKey('k'));
  await probe.client().echo({ id: 2n, name: 'b' }, withKey('other'));
  await probe.db.kysely.transaction().execute((trx) => eraseAnswers(trx, 7n, sql`key = 'k'`));
  expect(await reasonOf(probe.client().echo({ id: 1n, name: 'a' }, withKey('k')))).toBe('answer_erased');
  expect(await reasonOf(probe.client().echo({ id: 1n, name: 'x' }, withKey('k')))).toBe('idempotency_key_reused');
  expect(await reasonOf(probe.client().echo({ id: 2n, name: 'b' }, withKey('other')))).toBe('answered');
  expect(await probe.notes()).toEqual(['a', 'b']);
});
