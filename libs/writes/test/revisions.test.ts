import { ProbeService } from '@drippulse/proto/drippulse/testing/v1/testing_pb';
import { fromConnectError } from '@drippulse/rpc';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { transact } from '../src/index.ts';
import { gate, type Probe, startProbe } from './probe.ts';

let probe: Probe;
beforeAll(async () => {
  probe = await startProbe();
});
afterAll(() => probe.stop());

beforeEach(async () => {
  const { kysely } = probe.db;
  await kysely.deleteFrom('things').execute();
  await kysely
    .insertInto('things')
    .values({ id: 1n, organization_id: 7n, name: 'new', settings: '{}', seen_at: null })
    .execute();
  probe.handle((context, request, call) =>
    transact(context, call, ProbeService.method.echo, request, async (trx, { organizationId }) => {
      const { name = '', id } = request;
      const things = trx.updateTable('things').where('organization_id', '=', organizationId).where('id', '=', id);
      await things.set({ name }).execute();
      return { id, name };
    }),
  );
});

const stored = () =>
  probe.db.kysely.selectFrom('things').select(['name', 'revision']).where('id', '=', 1n).executeTakeFirstOrThrow();
const update = (values: object) => probe.db.kysely.updateTable('things').set(values).where('id', '=', 1n).execute();
const ifMatch = (revisions: string, more = {}) => ({ headers: { 'x-if-match': revisions, ...more } });

function reasonOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'written',
    (error) => fromConnectError(error).reason,
  );
}

test('every update raises the revision by one, also one that sends an old number', async () => {
  await update({ name: 'a' });
  await update({ name: 'a', settings: '{"a":1}' });
  await update({ name: 'b', revision: 1n });
  expect(await stored()).toEqual({ name: 'b', revision: 4n });
});

test('what a row only notes raises nothing, nor does an update that changes nothing', async () => {
  await update({ seen_at: new Date('2026-11-27T00:00:00Z') });
  await update({ seen_at: new Date('2026-11-27T00:00:00Z') });
  expect(await stored()).toMatchObject({ revision: 1n });
});

test('an update that changes a counted column raises the revision, whatever it notes beside that', async () => {
  await update({ name: 'a', seen_at: new Date('2026-11-27T00:00:00Z') });
  expect(await stored()).toEqual({ name: 'a', revision: 2n });
  await update({ settings: '{"a":1}', seen_at: null, revision: 9n });
  expect(await stored()).toEqual({ name: 'a', revision: 3n });
});

test('a column that a later migration adds counts', async () => {
  await sql`alter table things add column colour text`.execute(probe.db.kysely);
  await sql`update things set colour = 'red', seen_at = now()`.execute(probe.db.kysely);
  expect(await stored()).toMatchObject({ revision: 2n });
});

test('of two writers that read the same revision, one writes and the other is refused', async () => {
  const both = gate();
  let begun = 0;
  probe.handle(async (context, request, call) => {
    begun += 1;
    if (begun === 2) both.open();
    await both.opened;
    return transact(context, call, ProbeService.method.echo, request, async (trx) => {
      await trx
        .updateTable('things')
        .set({ name: request.name ?? '' })
        .where('id', '=', 1n)
        .execute();
      return { id: 1n };
    });
  });
  const calls = ['a', 'b'].map((name) => reasonOf(probe.client().echo({ id: 1n, name }, ifMatch('1'))));
  const reasons = await Promise.all(calls);
  expect([...reasons].sort()).toEqual(['precondition_failed', 'written']);
  expect(await stored()).toEqual({ name: reasons[0] === 'written' ? 'a' : 'b', revision: 2n });
});

test('one of several revisions is enough, and a row that is not there is left to the method', async () => {
  expect(await reasonOf(probe.client().echo({ id: 1n, name: 'a' }, ifMatch('7,1')))).toBe('written');
  expect(await reasonOf(probe.client().echo({ id: 2n, name: 'a' }, ifMatch('7')))).toBe('written');
  expect(await reasonOf(probe.client({ organizationId: 8n }).echo({ id: 1n, name: 'x' }, ifMatch('7')))).toBe(
    'written',
  );
  expect(await stored()).toEqual({ name: 'a', revision: 2n });
});

test('a repeat with its key gets the stored answer whatever revision it names, and a refused call stores none', async () => {
  const send = (revision: string) =>
    reasonOf(probe.client().echo({ id: 1n, name: 'once' }, ifMatch(revision, { 'idempotency-key': 'k' })));
  expect(await send('9')).toBe('precondition_failed');
  expect(await send('1')).toBe('written');
  expect(await send('1')).toBe('written');
  expect(await stored()).toEqual({ name: 'once', revision: 2n });
});

test('a kind whose lock the service does not name fails, instead of being written without a comparison', async () => {
  const call = probe.client().read({}, ifMatch('1'));
  expect(await reasonOf(call)).toBe('internal_error');
  await sql`select 1`.execute(probe.db.kysely);
});
