import { CrmAccountsService } from '@drippulse/proto/drippulse/crm/v1/accounts_pb';
import { CrmActivitiesService } from '@drippulse/proto/drippulse/crm/v1/activities_pb';
import { CrmBundlesService } from '@drippulse/proto/drippulse/crm/v1/bundles_pb';
import { CrmContactsService } from '@drippulse/proto/drippulse/crm/v1/contacts_pb';
import { CrmLeadsService } from '@drippulse/proto/drippulse/crm/v1/leads_pb';
import { CrmOpportunitiesService } from '@drippulse/proto/drippulse/crm/v1/opportunities_pb';
import { fromConnectError } from '@drippulse/rpc';
import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { found } from './collections.ts';
import { editor, type Harness, startHarness, stranger } from './harness.ts';
import { upload } from './transfers.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.stop());

const services = [
  CrmAccountsService,
  CrmActivitiesService,
  CrmBundlesService,
  CrmContactsService,
  CrmLeadsService,
  CrmOpportunitiesService,
];

/**
 * Returns each method of records that receives or returns a stream, as its name and a function that calls it and reads
 * the stream to its end.
 */
function transfers(): [string, () => Promise<unknown>][] {
  return services.flatMap((service) =>
    service.methods.flatMap((method): [string, () => Promise<unknown>][] => {
      // The methods of a client are its properties, by name.
      const client = harness.reach(service)(editor) as unknown as Record<string, (...input: unknown[]) => unknown>;
      const call = (input: unknown) => client[method.localName]?.(input);
      if (method.methodKind === 'server_streaming') {
        const request = method.name === 'ExportCrmCsv' ? { collection: 'accounts' } : {};
        return [[method.name, () => readAll(call(request) as AsyncIterable<unknown>)]];
      }
      if (method.methodKind !== 'client_streaming') return [];
      const text = method.name === 'ImportCrmRecords' ? '{}' : 'public_id\n';
      return [false, true].map((dryRun) => [method.name, async () => call(upload(text, { dryRun }))]);
    }),
  );
}

async function readAll(messages: AsyncIterable<unknown>): Promise<number> {
  let count = 0;
  for await (const _ of messages) count += 1;
  return count;
}

async function waiting(): Promise<number> {
  const { rows } = await sql`
    select 1 from pg_stat_activity where application_name = 'crm' and wait_event_type = 'Lock'
      and datname = current_database()`.execute(harness.db);
  return rows.length;
}

test('every transfer has connections beside those of other calls, so that neither keeps the other waiting', async () => {
  const held = await harness.db.startTransaction().execute();
  await sql`lock table lead_forms in access exclusive mode`.execute(held);
  const lists = Promise.allSettled(Array.from({ length: 12 }, () => harness.leadForms(editor).listLeadForms({})));
  const called: string[] = [];
  try {
    // All connections of the pool except the relay's listening one.
    await eventually(async () => expect(await waiting()).toBeGreaterThanOrEqual(9));
    for (const [name, call] of transfers()) {
      await call();
      called.push(name);
    }
  } finally {
    await held.rollback().execute();
    await lists;
  }
  expect(called).toContain('ExportCrmRecords');
});

test('of an organization two transfers are under way, a third is refused after a wait, and those of others go on', async () => {
  const held = await harness.db.startTransaction().execute();
  await sql`lock table accounts in access exclusive mode`.execute(held);
  const exported = (caller: typeof editor) => readAll(harness.bundles(caller).exportCrmCsv({ collection: 'accounts' }));
  const refusals: string[] = [];
  const own = [1, 2, 3].map(() =>
    exported(editor).catch((error: unknown) => void refusals.push(fromConnectError(error).reason)),
  );
  const others = exported(stranger);
  try {
    await eventually(() => expect(refusals).toEqual(['too_much_at_once']));
  } finally {
    await held.rollback().execute();
  }
  await Promise.all([...own, others]);
  expect(refusals).toHaveLength(1);
});

test('imports that end together are refused beyond as many as may wait', async () => {
  const held = await harness.db.startTransaction().execute();
  await sql`lock table leads in share mode`.execute(held);
  const headers = { prefer: 'respond-async' };
  const text = 'email\nmany@example.com\n';
  const results = await Promise.allSettled(
    Array.from({ length: 45 }, () => harness.leads(editor).importCrmLeadsCsv(upload(text), { headers })),
  );
  await held.rollback().execute();
  const reasons = results.map((each) => (each.status === 'rejected' ? fromConnectError(each.reason).reason : 'taken'));
  const taken = reasons.filter((reason) => reason === 'taken').length;
  expect([taken > 0, taken <= 20]).toEqual([true, true]);
  expect(reasons.filter((reason) => !['taken', 'too_many_imports', 'too_much_at_once'].includes(reason))).toEqual([]);
  const { rows } = await sql<{ batches: bigint }>`select count(*) as batches from import_batches`.execute(harness.db);
  expect(Number(rows[0]?.batches)).toBeLessThanOrEqual(taken);
  await eventually(async () => {
    const { imports } = await harness.imports(editor).listCrmImports({});
    expect(imports.every(({ finishedAt }) => finishedAt !== undefined)).toBe(true);
  });
});

test('a dry run gives way to whoever waits for a record of it', async () => {
  const { lead } = await harness.leads(editor).createCrmLead({ email: 'real@example.com', lastName: 'Before' });
  const id = found(lead).id;
  const second = Promise.withResolvers<void>();
  async function* slow() {
    const rows = Array.from({ length: 600 }, (_, index) => `dry${index}@example.com,Dry`);
    yield* upload(`email,last_name\nreal@example.com,Dry\n${rows.join('\n')}\n`, { dryRun: true });
    await second.promise;
    yield* upload('late@example.com,Dry\n', { dryRun: true });
  }
  const dryRun = harness.leads(editor).importCrmLeadsCsv(slow());
  dryRun.catch(() => undefined);
  const isLocked = sql`select 1 from leads where id = ${id}::uuid for update nowait`;
  await eventually(async () => {
    await expect(isLocked.execute(harness.db)).rejects.toThrow();
  });
  const update = harness.leads(editor).updateCrmLead({ id, lastName: 'After', updateMask: { paths: ['last_name'] } });
  await eventually(async () => {
    const { rows } = await sql`select 1 from pg_locks where not granted`.execute(harness.db);
    expect(rows.length).toBeGreaterThan(0);
  });
  second.resolve();
  const rest = Promise.allSettled([dryRun]);
  expect((await update).lead?.lastName).toBe('After');
  const [outcome] = await rest;
  expect(outcome?.status === 'rejected' && fromConnectError(outcome.reason).reason).toBe('busy');
});

test('an export has all records, whatever their size, in slices that are small', async () => {
  const custom = { note: 'x'.repeat(20_000) };
  const contacts = Array.from({ length: 120 }, (_, index) => ({ email: `large${index}@example.com`, custom }));
  await harness.bundles(stranger).importCrmRecords(upload(JSON.stringify({ contacts })));
  const sizes: number[] = [];
  let text = '';
  for await (const { body } of harness.bundles(stranger).exportCrmRecords({})) {
    sizes.push(body?.data.length ?? 0);
    text += Buffer.from(body?.data ?? []).toString();
  }
  expect(JSON.parse(text).contacts).toHaveLength(120);
  // The first slice has eight rows, because the size of rows is not known yet; all later slices have about 512 KiB.
  expect(Math.max(...sizes)).toBeLessThan(600_000);
});
