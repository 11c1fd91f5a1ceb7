import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { connectDatabase } from '@drippulse/db';
import { createLogger } from '@drippulse/observability';
import { eventually, type Receiver, startReceiver } from '@drippulse/testing';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import type { DB } from '../src/db/schema.ts';
import { recountFunnel } from '../src/funnel/recount-funnel.ts';
import { startKeeping } from '../src/history/replace-partition.ts';
import { historyLock } from '../src/loops/prune-history.ts';
import { type Harness, startHarness } from './harness.ts';
import { contacts, makeWorkflow, refusal, type StepInput } from './workflow.ts';

const dayMs = 24 * 60 * 60_000;
/** The first id of the second partition. */
const secondRange = 1_000_000n;
const patience = { timeoutMs: 180_000 };

let harness: Harness;
let receiver: Receiver;
beforeEach(async () => {
  receiver = await startReceiver();
  harness = await startHarness();
});
afterEach(async () => {
  await harness.stop();
  await receiver.stop();
});

const ends: StepInput[] = [{ type: 'trigger' }, { type: 'log', message: 'done' }];
const calls = (): StepInput[] => [{ type: 'trigger' }, { type: 'webhook_callback', url: `${receiver.url}/called` }];
const waits = (): StepInput[] => [
  { type: 'trigger' },
  { type: 'webhook_callback', url: `${receiver.url}/before` },
  { type: 'wait', duration: 300, unit: 'days' },
  { type: 'webhook_callback', url: `${receiver.url}/after` },
];

async function enroll(steps: readonly StepInput[], count: number) {
  const { id: workflowId } = await makeWorkflow(harness, steps);
  const { enrollmentIds: ids } = await harness.enrollments().bulkEnroll({ workflowId, contacts: contacts(count) });
  return { workflowId, ids };
}

type Enrolled = Awaited<ReturnType<typeof enroll>>;

async function until({ workflowId }: Enrolled, totals: object) {
  await eventually(async () => {
    const list = await harness.enrollments().listEnrollments({ workflowId, limit: 1 });
    expect(list.stepFunnel?.totals).toMatchObject(totals);
  }, patience);
}

async function untilWaiting({ workflowId, ids }: Enrolled) {
  await eventually(async () => {
    const { rows } = await sql<{ count: number }>`
      select count(*)::int as count from runs where workflow_id = ${workflowId} and phase = 'waiting'`.execute(
      harness.db,
    );
    expect(rows[0]?.count).toBe(ids.length);
  }, patience);
}

/** Makes many enrollments that ended 200 days ago. Later enrollments get ids from the next range. */
async function enrollOld(steps: readonly StepInput[] = ends, count = 100): Promise<Enrolled> {
  const old = await enroll(steps, count);
  await eventually(async () => expect(await rowsWhere('outcomes', old.ids)).toBe(count), patience);
  await endedDaysAgo(old.ids, 200);
  await sql`select setval('enrollments_id_seq', ${secondRange})`.execute(harness.db);
  return old;
}

async function endedDaysAgo(ids: readonly bigint[], days: number) {
  await sql`update outcomes set ended_at = now() - ${days} * interval '1 day' where enrollment_id = any (${ids}::bigint[])`.execute(
    harness.db,
  );
}

async function rowsWhere(
  table: 'timeline_lines' | 'effects' | 'outcomes' | 'timeline_default',
  ids: readonly bigint[],
) {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from ${sql.table(table)} where enrollment_id = any (${ids}::bigint[])`.execute(
    harness.db,
  );
  return rows[0]?.count;
}

/** Returns all stored rows of enrollments, in order. */
async function traces(ids: readonly bigint[]) {
  const { rows: lines } = await sql<{ enrollment_id: bigint; sequence: number; status: string }>`
    select * from timeline_lines where enrollment_id = any (${ids}::bigint[]) order by enrollment_id, sequence`.execute(
    harness.db,
  );
  const { rows: effects } = await sql<{ effect_key: string; status: string }>`
    select * from effects where enrollment_id = any (${ids}::bigint[]) order by enrollment_id, effect_key`.execute(
    harness.db,
  );
  return { lines, effects };
}

async function isPruning(): Promise<boolean> {
  const { rows } = await sql`
    select from pg_locks join pg_database on pg_database.oid = database
    where datname = current_database() and locktype = 'advisory' and objid = ${historyLock}`.execute(harness.db);
  return rows.length > 0;
}

async function tablesLike(pattern: string): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select relname as name from pg_class
    where relkind = 'r' and relnamespace = 'enrollments'::regnamespace and relname ~ ${pattern} order by 1`.execute(
    harness.db,
  );
  return rows.map(({ name }) => name);
}

/** Waits until no table of a replacement is left. */
async function untilTidy() {
  await eventually(async () => expect(await tablesLike('_gone$|_kept$')).toEqual([]), patience);
}

/**
 * Waits until no runtime prunes. A runtime that starts also prunes, unless another runtime is already pruning, which
 * may still work on earlier data.
 */
async function untilNobodyPrunes() {
  await eventually(async () => expect(await isPruning()).toBe(false), patience);
}

async function prunedOf(ids: readonly bigint[]) {
  await untilNobodyPrunes();
  await harness.startRuntime();
  await eventually(async () => expect(await rowsWhere('timeline_lines', ids)).toBe(0), patience);
}

test('a full partition goes when its enrollments ended long ago; those that live or ended lately stay as they were', async () => {
  const living = await enroll(waits(), 3);
  const recent = await enroll(calls(), 2);
  const removed = await enroll(ends, 1);
  const [removedId = 0n] = removed.ids;
  await untilWaiting(living);
  await until(recent, { completed: 2n });
  await until(removed, { completed: 1n });
  await harness.enrollments().deleteEnrollment({ workflowId: removed.workflowId, id: removedId });
  const old = await enrollOld(calls(), 200);
  const kept = [...living.ids, ...recent.ids, removedId];
  const before = await traces(kept);

  await prunedOf(old.ids);
  expect(await traces(kept)).toEqual(before);
  expect(await rowsWhere('effects', old.ids)).toBe(0);
  await untilTidy();

  // Lists and funnels stay unchanged. The details of old enrollments state that lines are missing.
  await until(old, { completed: 200n, totalEnrollments: 200n });
  expect(await recountFunnel(harness.db, old.workflowId)).toEqual([]);
  const [id = 0n] = old.ids;
  const { enrollment } = await harness.enrollments().getEnrollment({ workflowId: old.workflowId, id });
  expect(enrollment).toMatchObject({ actionTimeline: [], actionTimelineTruncated: true });

  // Runs continue from the step where they were, and the numbers of their lines continue, too.
  harness.pass(301 * dayMs);
  await until(living, { completed: 3n });
  const { lines, effects } = await traces(living.ids.slice(0, 1));
  expect(lines.map(({ sequence, status }) => `${sequence} ${status}`)).toEqual([
    '1 succeeded',
    '2 succeeded',
    '3 waiting',
    '4 succeeded',
    '5 succeeded',
  ]);
  expect(effects.map(({ status }) => status)).toEqual(['succeeded', 'succeeded']);
  expect(receiver.requests.filter(({ url }) => url === '/after')).toHaveLength(3);
});

test('a partition of which much is kept stays whole, also where an earlier try has begun to replace it', async () => {
  const living = await enroll(waits(), 30);
  await untilWaiting(living);
  const old = await enrollOld(ends, 100);
  const partition = { name: 'timeline_p0', from: 0n, to: secondRange, rows: 0 };
  await startKeeping(harness.db, { table: 'timeline', partition });
  await untilNobodyPrunes();
  await harness.startRuntime();
  // A partition is analyzed when the runtime decides whether to prune it.
  await eventually(async () => {
    const { rows } = await sql<{ rows: number }>`
      select reltuples::float8 as rows from pg_class where oid = 'timeline_p0'::regclass`.execute(harness.db);
    expect(rows[0]?.rows).toBeGreaterThan(0);
  }, patience);
  await untilTidy();
  await harness.stopRuntimes();
  expect(await rowsWhere('timeline_lines', old.ids)).toBe(200);
});

test('what failed can be retried after its lines have gone; the new ones are kept, and go in their time', async () => {
  receiver.answer({ status: 400 });
  const old = await enrollOld(calls(), 60);
  await prunedOf(old.ids);
  await eventually(async () => expect(await tablesLike('^(timeline|effects)_p0')).toEqual([]), patience);

  receiver.answer({});
  const [id = 0n] = old.ids;
  const ref = { workflowId: old.workflowId, id };
  await harness.enrollments().retryEnrollment(ref);
  await until(old, { completed: 1n, failed: 59n });
  const { enrollment } = await harness.enrollments().getEnrollment(ref);
  expect(enrollment).toMatchObject({ actionTimeline: [{ id: 3n }], actionTimelineTruncated: true });
  expect(await recountFunnel(harness.db, old.workflowId)).toEqual([]);
  expect(await refusal(harness.enrollments().retryEnrollment(ref))).toBe('failed_precondition enrollment_not_failed');

  expect(await rowsWhere('timeline_default', [id])).toBe(1);
  await endedDaysAgo([id], 200);
  await sql`update timeline set at = at - interval '200 days' where enrollment_id = ${id}`.execute(harness.db);
  await prunedOf([id]);
  expect(await rowsWhere('effects', [id])).toBe(0);
});

test('what is retried and goes later does not wait behind those that are kept, however many', async () => {
  const first = 90_000_000n;
  const gone = first + 5_000n;
  await sql`
    insert into runs (workflow_id, enrollment_id, organization_id, updated_at, entered_at, version, mode)
    select 90, id, 1, now(), now(), 1, 'live' from generate_series(${first}::bigint, ${gone} - 1) as id`.execute(
    harness.db,
  );
  await sql`
    insert into timeline (enrollment_id, sequence, at, step_index, attempt, version, status, message)
    select id, 1, now() - interval '200 days', 0, 1, 1, 'succeeded', 'Started'
    from generate_series(${first}::bigint, ${gone}) as id`.execute(harness.db);
  await sql`analyze timeline_default`.execute(harness.db);
  await prunedOf([gone]);
  expect(await rowsWhere('timeline_default', [first, gone - 1n])).toBe(2);
});

test('partitions are looked after without keeping anybody out, whatever reads the tables meanwhile', async () => {
  const reader = await readingFor('timeline');
  await harness.startRuntime();
  const enrolled = await enroll(ends, 1);
  await until(enrolled, { completed: 1n });
  await reader.stop();
});

test.each(['effects', 'timeline'] as const)(
  'killed while it replaces a partition of %s, with runs that go on meanwhile, it loses no line and doubles none',
  async (table) => {
    const living = await enroll(waits(), 20);
    await untilWaiting(living);
    const old = await enrollOld(calls(), 700);

    // A long read of the table delays the exchange until everything is copied.
    const reader = await readingFor(table);
    await untilNobodyPrunes();
    const child = startChild();
    await eventually(async () => expect(await rowsIn(`${table}_p0_kept`)).toBeGreaterThanOrEqual(20), patience);
    harness.pass(301 * dayMs);
    await until(living, { completed: 20n });
    const written = await traces(living.ids);
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
    await reader.stop();

    await prunedOf(old.ids);
    expect(await traces(living.ids)).toEqual(written);
    expect(written.lines).toHaveLength(20 * 5);
    expect(written.effects.map(({ status }) => status)).toEqual(Array(40).fill('succeeded'));
    await untilTidy();
  },
);

async function rowsIn(table: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*)::int as count from ${sql.table(table)}`.execute(
    harness.db,
  );
  return rows[0]?.count ?? 0;
}

/** Opens a transaction that has read the table and stays open. */
async function readingFor(table: 'timeline' | 'effects') {
  const log = createLogger({ level: 'silent' });
  const db = connectDatabase<DB>({ url: harness.url, schema: 'enrollments', service: 'reader', log, max: 1 });
  const client = await db.pool.connect();
  await client.query(`set idle_in_transaction_session_timeout = 0; begin; lock table ${table} in access share mode`);
  return {
    async stop() {
      await client.query('commit');
      client.release();
      await db.close();
    },
  };
}

function startChild(): ChildProcess {
  const file = fileURLToPath(new URL('child-runtime.ts', import.meta.url));
  return spawn(process.execPath, [file], {
    env: { ...process.env, NODE_OPTIONS: '', TEST_CONFIG: JSON.stringify(harness.config) },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}
