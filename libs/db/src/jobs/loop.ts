import { DomainError } from '@drippulse/errors';
import { type FailedJob, failedJobs, type Loop, type LoopLog, startLoop } from '@drippulse/loops';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { Database } from '../connection/connect.ts';
import { isInfrastructureError } from '../failures/failures.ts';
import { withCalls } from '../transactions/call-first.ts';
import { claimJob, JobLost, type JobRow, nextJobInMs } from './rows.ts';

/** The result of one slice of a job. */
export type JobSlice = {
  /** Where the next slice starts, as JSON text. Null: at the beginning. */
  cursor: string | null;
  /** The amount of work that this slice did. */
  processed: number;
  isFinished: boolean;
  /** Milliseconds before the next slice. Default 0. */
  waitMs?: number;
};

/** Writes a slice, in the transaction that saves the job's cursor. */
export type WriteSlice<DB> = (trx: Transaction<DB>) => Promise<JobSlice>;

const defaultLeaseSeconds = 30;
const giveUpAfter = 5;

/**
 * Works on the jobs of one kind, one slice at a time, until the loop is stopped; the jobs take turns. A slice, its
 * cursor and its progress are written in one transaction. If the process dies, nothing is lost: when its lease ends,
 * another process continues from the cursor. The fence rolls back a slice of a process that lost its lease, or of a job
 * that was cancelled. The lease (default 30 s) must outlast a slice. Infrastructure errors are retried indefinitely.
 * After five successive errors of other kinds the job fails. When a slice is refused (`failed_precondition`), the job
 * fails immediately, with the reason as its error.
 *
 * `slice` runs before the transaction and may call other services, because no lock is held while it waits for their
 * responses. It may run twice for one cursor. The function that it returns then writes the slice.
 */
export function startJobLoop<DB>(o: {
  db: Database<DB>;
  kind: string;
  log: LoopLog;
  leaseSeconds?: number;
  slice(job: JobRow): WriteSlice<DB> | Promise<WriteSlice<DB>>;
  /** Called after each committed slice, to wake the loops that work on its rows. */
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
      // Another process took the due job first.
      if (job === undefined) return undefined;
      try {
        const write = await o.slice(job);
        await withCalls(() =>
          db.kysely.transaction().execute(async (trx) => {
            await lockJob(trx, job);
            await saveSlice(trx, job, await write(trx));
          }),
        );
        o.onCommitted();
      } catch (error) {
        if (error instanceof JobLost) return 0;
        if (isInfrastructureError(error)) {
          await release(db.kysely, job);
          throw error;
        }
        log.error({ err: error, job: String(job.id), kind }, 'a slice of a job failed');
        await saveFailure(db.kysely, job, error);
      }
      return 0;
    },
  });
}

/** Locks the job while the slice is written, so that a cancel waits for the commit. */
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

/** Makes the job due immediately, instead of at the end of its lease. If this fails too, the lease ends by itself. */
async function release<DB>(db: Kysely<DB>, job: JobRow): Promise<void> {
  await sql`update jobs set wake_at = clock_timestamp() where id = ${job.id} and fence = ${job.fence}`
    .execute(db)
    .catch(() => undefined);
}

async function saveFailure<DB>(db: Kysely<DB>, job: JobRow, error: unknown): Promise<void> {
  const refusal = error instanceof DomainError && error.kind === 'failed_precondition' ? error.reason : undefined;
  const isOver = refusal !== undefined || job.failures + 1 >= giveUpAfter;
  const { numAffectedRows } = await sql`
    update jobs
    set failures = failures + 1, error = ${refusal ?? 'internal_error'},
        wake_at = clock_timestamp() + power(2, failures) * interval '1 second',
        status = case when ${isOver} then 'failed' else status end,
        finished_at = case when ${isOver} then clock_timestamp() end
    where id = ${job.id} and fence = ${job.fence}`.execute(db);
  const failed: FailedJob = { kind: job.kind };
  if (isOver && numAffectedRows === 1n) failedJobs.publish(failed);
}
