import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { DomainError } from '@drippulse/errors';
import { failedJobs } from '@drippulse/loops';
import { createTestDatabase, eventually, type TestDatabase } from '@drippulse/testing';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import {
  addJob,
  cancelJob,
  connectDatabase,
  createJobsTable,
  type Database,
  findJob,
  type JobRow,
  type JobSlice,
  keepJob,
  startJobLoop,
} from '../src/index.ts';
import { JobLost } from '../src/jobs/rows.ts';

let database: TestDatabase;
let db: Database<unknown>;
const loops: { stop(): Promise<void> }[] = [];
beforeEach(async () => {
  database = await createTestDatabase({ name: 'jobs' });
  db = connectDatabase<unknown>({ url: database.url, schema: 'public', service: 't', log: { warn: () => undefined } });
  await createJobsTable(db.kysely);
  await sql`create table done (n int not null)`.execute(db.kysely);
});
afterEach(async () => {
  for (const loop of loops.splice(0)) await loop.stop();
  await db.close();
  await database.drop();
});

const kind = 'count';
const organizationId = 1n;
const log = { error: () => undefined, info: () => undefined };

function add(upTo: number): Promise<JobRow> {
  const job = { organizationId, kind, input: JSON.stringify({ upTo }), total: BigInt(upTo) };
  return db.kysely.transaction().execute((trx) => addJob(trx, job));
}

/** Starts a loop in which each slice records the next number, beginning with 1. */
function start(
  o: { leaseSeconds?: number; ask?(): Promise<void>; before?(job: JobRow, n: number): Promise<void> } = {},
): void {
  loops.push(
    startJobLoop({
      db,
      kind,
      log,
      leaseSeconds: o.leaseSeconds,
      onCommitted: () => undefined,
      async slice(job) {
        await o.ask?.();
        return async (trx): Promise<JobSlice> => {
          const n = Number(JSON.parse(job.cursor ?? '0')) + 1;
          await sql`insert into done values (${n})`.execute(trx);
          await o.before?.(job, n);
          return { cursor: String(n), processed: 1, isFinished: n === JSON.parse(job.input).upTo };
        };
      },
    }),
  );
}

async function done(): Promise<number[]> {
  const { rows } = await sql<{ n: number }>`select n from done order by n`.execute(db.kysely);
  return rows.map(({ n }) => n);
}

function untilStatus(id: bigint, status: string): Promise<JobRow | undefined> {
  return eventually(async () => {
    const job = await findJob(db.kysely, { organizationId, kind, id });
    expect(job?.status).toBe(status);
    return job;
  });
}

test('a job is carried out slice by slice, each once, with progress and an end', async () => {
  const { id } = await add(5);
  start();
  start();
  expect(await untilStatus(id, 'completed')).toMatchObject({ processed: 5n, total: 5n, cursor: '5', error: null });
  expect(await done()).toEqual([1, 2, 3, 4, 5]);
});

test('a job of a process that is gone continues from its cursor when the lease ends', async () => {
  const { id } = await add(4);
  await sql`update jobs set status = 'running', cursor = '2', processed = 2, fence = 7,
            wake_at = now() + interval '1 second'`.execute(db.kysely);
  start();
  expect(await untilStatus(id, 'completed')).toMatchObject({ processed: 4n });
  expect(await done()).toEqual([3, 4]);
});

test('work that goes on keeps its lease however long it takes, and ends when another process has the job', async () => {
  const { id } = await add(1);
  const job = { id, fence: 1n };
  const lease = async () =>
    (await sql<{ wake_at: Date }>`select wake_at from jobs where id = ${id}`.execute(db.kysely)).rows[0]?.wake_at;
  await sql`update jobs set status = 'running', fence = 1, wake_at = now() where id = ${id}`.execute(db.kysely);
  const renewedTwice = async () => {
    for (let times = 0; times < 2; times += 1) {
      const before = await lease();
      await eventually(async () => expect(await lease()).not.toEqual(before));
    }
    return 'done';
  };
  expect(await keepJob(db.kysely, job, 0.3, renewedTwice)).toBe('done');
  const taken = keepJob(db.kysely, job, 0.3, async (lost) => {
    await sql`update jobs set fence = 2 where id = ${id}`.execute(db.kysely);
    await once(lost, 'abort');
    throw new Error('the work was broken off');
  });
  await expect(taken).rejects.toThrow(JobLost);
});

test('a slice of a process that lost its lease changes nothing', async () => {
  const { id } = await add(1);
  await sql`create function steal() returns trigger language plpgsql as
    $$ begin if new.fence = 1 then new.fence = 2; new.wake_at = now(); end if; return new; end $$`.execute(db.kysely);
  await sql`create trigger steal before update on jobs for each row execute function steal()`.execute(db.kysely);
  start();
  await untilStatus(id, 'completed');
  expect(await done()).toEqual([1]);
});

test('a cancelled job stops, and one of another organization or kind is not found', async () => {
  const { id } = await add(1_000_000);
  start();
  await eventually(async () => expect((await done()).length).toBeGreaterThan(2));
  await db.kysely.transaction().execute((trx) => cancelJob(trx, id));
  const cancelled = await untilStatus(id, 'cancelled');
  const count = (await done()).length;
  expect(cancelled).toMatchObject({ processed: BigInt(count), finished_at: expect.any(Date) });
  const { id: next } = await add(1);
  await untilStatus(next, 'completed');
  expect((await done()).length).toBe(count + 1);
  expect(await findJob(db.kysely, { organizationId: 2n, kind, id })).toBeUndefined();
  expect(await findJob(db.kysely, { organizationId, kind: 'other', id })).toBeUndefined();
});

test('a cancel does not wait for what a slice asks of others, and what they answer is not written', async () => {
  const { id } = await add(1);
  const asked = Promise.withResolvers<void>();
  const answered = Promise.withResolvers<void>();
  start({
    ask() {
      asked.resolve();
      return answered.promise;
    },
  });
  await asked.promise;
  await db.kysely.transaction().execute((trx) => cancelJob(trx, id));
  answered.resolve();
  const { id: next } = await add(1);
  await untilStatus(next, 'completed');
  expect(await findJob(db.kysely, { organizationId, kind, id })).toMatchObject({ status: 'cancelled', processed: 0n });
  expect(await done()).toEqual([1]);
});

test('a slice that fails leaves nothing behind and is tried again', async () => {
  const { id } = await add(2);
  let failures = 1;
  start({
    async before() {
      if (failures-- > 0) throw new Error('once');
    },
  });
  expect(await untilStatus(id, 'completed')).toMatchObject({ failures: 0, error: null });
  expect(await done()).toEqual([1, 2]);
});

test('a job whose slice fails five times in a row has failed, and is published once as a failed job', async () => {
  const published: unknown[] = [];
  const listen = (job: unknown) => published.push(job);
  subscribe(failedJobs.name, listen);
  const { id } = await add(1);
  await sql`update jobs set failures = 4`.execute(db.kysely);
  start({ before: () => Promise.reject(new Error('always')) });
  expect(await untilStatus(id, 'failed')).toMatchObject({ failures: 5, error: 'internal_error' });
  expect(await done()).toEqual([]);
  await eventually(() => expect(published).toEqual([{ kind }]));
  unsubscribe(failedJobs.name, listen);
});

test('a job whose slice is refused has failed at once, with the reason', async () => {
  const { id } = await add(1);
  start({ before: () => Promise.reject(new DomainError('failed_precondition', 'chain_cut', 'Cut.')) });
  expect(await untilStatus(id, 'failed')).toMatchObject({ failures: 1, error: 'chain_cut' });
});

test('jobs take turns: a short one does not wait for a long one', async () => {
  const { id: long } = await add(1_000_000);
  start();
  await eventually(async () => expect((await done()).length).toBeGreaterThan(2));
  const { id: short } = await add(3);
  await untilStatus(short, 'completed');
  expect((await findJob(db.kysely, { organizationId, kind, id: long }))?.status).toBe('running');
});
