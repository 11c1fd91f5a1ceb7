import { type FailedJob, failedJobs, type Loop, type LoopLog, startLoop } from '@drippulse/loops';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { Database } from '../connect.ts';
import { isInfrastructureError } from '../failures.ts';
import { claimJob, type JobRow, nextJobInMs } from './rows.ts';

/** What one slice of a job came to. */
export type JobSlice = {
  /** JSON text that the next slice starts from. */
  cursor: string;
  /** How much this slice got through. */
  processed: number;
  isFinished: boolean;
  /** How long the job has nothing to do, such as while it must let others go first. */
  waitMs?: number;
};

/** Writes a slice, in the transaction that saves the job's cursor. */
export type WriteSlice<DB> = (trx: Transaction<DB>) => Promise<JobSlice>;

const defaultLeaseSeconds = 30;
const giveUpAfter = 5;

/**
 * Works on jobs of one kind, slice by slice, for as long as it runs; jobs take turns. A slice, its cursor and its
 * progress are one transaction, so that a process that dies loses nothing: when its lease ends, another goes on from the
 * cursor. A slice of a process that lost its lease, or of a job that was cancelled, is rolled back by the fence. The
 * lease must outlast a slice. An infrastructure error is tried again without end, any other five times in a row.
 *
 * `slice` runs before the transaction: what it needs of other services it asks for there, where no lock waits for an
 * answer, and so that asking twice does no harm. What it answers is then written.
 */
export function startJobLoop<DB>(o: {
  db: Database<DB>;
  kind: string;
  log: LoopLog;
  leaseSeconds?: number;
  slice(job: JobRow): WriteSlice<DB> | Promise<WriteSlice<DB>>;
  /** Called after each slice that was committed, to wake whoever goes on with what it made. */
  onCommitted(): void;
}): Loop {
  const { db, kind, log, leaseSeconds = defaultLeaseSeconds } = o;
  return startLoop({
    name: `jobs: ${kind}`,
    log,
    async run() {
      const dueInMs = await nextJobInMs(db.kysely, kind);
      if (dueInMs === undefined || dueInMs > 0) return dueInMs;
      const job = await claimJob(db.kysely, kind, leaseSeconds);
      // Another process is taking the one that is due.
      if (job === undefined) return undefined;
      try {
        const write = await o.slice(job);
        await db.kysely.transaction().execute(async (trx) => {
          await lockJob(trx, job);
          await saveSlice(trx, job, await write(trx));
        });
        o.onCommitted();
      } catch (error) {
        if (error instanceof JobLost) return 0;
        if (isInfrastructureError(error)) {
          await release(db.kysely, job);
          throw error;
        }
        log.error({ err: error, job: String(job.id), kind }, 'a slice of a job failed');
        await saveFailure(db.kysely, job);
      }
      return 0;
    },
  });
}

/** Another process has the job, or nobody may go on with it. */
class JobLost extends Error {}

/** Held while the slice is written, so that a cancel waits for it instead of crossing it. */
async function lockJob<DB>(trx: Transaction<DB>, job: JobRow): Promise<void> {
  const { rows } = await sql`select from jobs where id = ${job.id} and fence = ${job.fence} for update`.execute(trx);
  if (rows.length === 0) throw new JobLost();
}

async function saveSlice<DB>(trx: Transaction<DB>, job: JobRow, slice: JobSlice): Promise<void> {
  await sql`
    update jobs
    set cursor = ${slice.cursor}::json, processed = processed + ${slice.processed}, failures = 0, error = null,
        wake_at = clock_timestamp() + ${slice.waitMs ?? 0} * interval '1 ms',
        status = case when ${slice.isFinished} then 'completed' else status end,
        finished_at = case when ${slice.isFinished} then clock_timestamp() end
    where id = ${job.id}`.execute(trx);
}

/** Due again at once instead of at the end of the lease; should this fail too, the lease ends by itself. */
async function release<DB>(db: Kysely<DB>, job: JobRow): Promise<void> {
  await sql`update jobs set wake_at = clock_timestamp() where id = ${job.id} and fence = ${job.fence}`
    .execute(db)
    .catch(() => undefined);
}

async function saveFailure<DB>(db: Kysely<DB>, job: JobRow): Promise<void> {
  const isOver = job.failures + 1 >= giveUpAfter;
  const { numAffectedRows } = await sql`
    update jobs
    set failures = failures + 1, error = 'internal_error',
        wake_at = clock_timestamp() + power(2, failures) * interval '1 second',
        status = case when ${isOver} then 'failed' else status end,
        finished_at = case when ${isOver} then clock_timestamp() end
    where id = ${job.id} and fence = ${job.fence}`.execute(db);
  const failed: FailedJob = { kind: job.kind };
  if (isOver && numAffectedRows === 1n) failedJobs.publish(failed);
}
