import { type Kysely, sql, type Transaction } from 'kysely';

/** The state of a job. */
export type JobStatus = 'queued' | 'running' | 'completed' | 'failed' | 'cancelled';

/** A job as stored. `input` and `cursor` are JSON text that the service defines. */
export type JobRow = {
  id: bigint;
  organization_id: bigint;
  kind: string;
  input: string;
  status: JobStatus;
  cursor: string | null;
  processed: bigint;
  total: bigint;
  failures: number;
  error: string | null;
  fence: bigint;
  created_at: Date;
  finished_at: Date | null;
};

const columns = sql`id, organization_id, kind, input, status, cursor, processed, total, failures, error, fence,
  created_at, finished_at`;

/** Queues a job in the transaction of the request that causes it. `total` is the amount of work, for the progress. */
export async function addJob<DB>(
  trx: Transaction<DB>,
  job: { organizationId: bigint; kind: string; input: string; total: bigint },
): Promise<JobRow> {
  const { rows } = await sql<JobRow>`
    insert into jobs (organization_id, kind, input, total)
    values (${job.organizationId}, ${job.kind}, ${job.input}::json, ${job.total})
    returning ${columns}`.execute(trx);
  const [row] = rows;
  if (row === undefined) throw new Error('the job that was added was not returned');
  return row;
}

/** Finds the job with this id, if it belongs to the organization and is of this kind. */
export async function findJob<DB>(
  db: Kysely<DB>,
  job: { organizationId: bigint; kind: string; id: bigint },
): Promise<JobRow | undefined> {
  const { rows } = await sql<JobRow>`
    select ${columns} from jobs
    where id = ${job.id} and organization_id = ${job.organizationId} and kind = ${job.kind}`.execute(db);
  return rows[0];
}

/** Cancels a job that has not ended. A slice in progress is not committed, because its fence no longer matches. */
export async function cancelJob<DB>(trx: Transaction<DB>, id: bigint): Promise<void> {
  await sql`
    update jobs set status = 'cancelled', fence = fence + 1, finished_at = clock_timestamp()
    where id = ${id} and status in ('queued', 'running')`.execute(trx);
}

/**
 * Leases the job of a kind that has been due longest, so that no other process takes it; undefined if no job is due.
 */
export async function claimJob<DB>(db: Kysely<DB>, kind: string, leaseSeconds: number): Promise<JobRow | undefined> {
  const { rows } = await sql<JobRow>`
    update jobs
    set status = 'running', fence = fence + 1, wake_at = clock_timestamp() + make_interval(secs => ${leaseSeconds})
    where id = (
      select id from jobs
      where kind = ${kind} and status in ('queued', 'running') and wake_at <= clock_timestamp()
      order by wake_at limit 1 for update skip locked)
    returning ${columns}`.execute(db);
  return rows[0];
}

/**
 * Extends the lease of a job during a slice that does much work outside of transactions. Throws `JobLost` when another
 * process has leased the job, or the job was cancelled.
 */
async function renewJob<DB>(db: Kysely<DB>, job: Pick<JobRow, 'id' | 'fence'>, leaseSeconds: number): Promise<void> {
  const { numAffectedRows } = await sql`
    update jobs set wake_at = clock_timestamp() + make_interval(secs => ${leaseSeconds})
    where id = ${job.id} and fence = ${job.fence} and status = 'running'`.execute(db);
  if (numAffectedRows !== 1n) throw new JobLost();
}

/**
 * Runs `work`, a part of a slice that may outlast the lease of its job, and renews the lease whenever a third of it has
 * passed. `lost` is aborted when another process has leased the job, or the job was cancelled. If the work then fails,
 * the call throws `JobLost` instead of the work's error.
 */
export async function keepJob<DB, T>(
  db: Kysely<DB>,
  job: Pick<JobRow, 'id' | 'fence'>,
  leaseSeconds: number,
  work: (lost: AbortSignal) => Promise<T>,
): Promise<T> {
  const lost = new AbortController();
  let renewing: Promise<void> = Promise.resolve();
  const timer = setInterval(
    () => {
      renewing = renewJob(db, job, leaseSeconds).catch((error: unknown) => {
        // After any other failure the next renewal tries again. The lease is long enough for two more attempts.
        if (error instanceof JobLost) lost.abort(error);
      });
    },
    (leaseSeconds * 1_000) / 3,
  );
  try {
    return await work(lost.signal);
  } catch (error) {
    throw lost.signal.aborted ? lost.signal.reason : error;
  } finally {
    clearInterval(timer);
    await renewing;
  }
}

/**
 * Makes a waiting job due immediately. If a process works on the job, this ends that process's lease, so another
 * process may take the job over.
 */
export async function wakeJob<DB>(trx: Transaction<DB>, id: bigint): Promise<void> {
  await sql`
    update jobs set wake_at = clock_timestamp() where id = ${id} and status in ('queued', 'running')`.execute(trx);
}

/** Makes all jobs of one kind in an organization due, as `wakeJob` does for one job. */
export async function wakeJobs<DB>(
  trx: Transaction<DB>,
  { organizationId, kind }: { organizationId: bigint; kind: string },
): Promise<void> {
  await sql`
    update jobs set wake_at = clock_timestamp()
    where organization_id = ${organizationId} and kind = ${kind} and status in ('queued', 'running')
      and wake_at > clock_timestamp()`.execute(trx);
}

/** Another process has leased the job, or the job was cancelled. */
export class JobLost extends Error {}

/** Returns the milliseconds until the next job of this kind is due; undefined when there is no job. */
export async function nextJobInMs<DB>(db: Kysely<DB>, kind: string): Promise<number | undefined> {
  const { rows } = await sql<{ ms: number }>`
    select extract(epoch from wake_at - clock_timestamp())::float8 * 1000 as ms from jobs
    where kind = ${kind} and status in ('queued', 'running')
    order by wake_at limit 1`.execute(db);
  return rows[0] && Math.max(0, Math.ceil(rows[0].ms));
}
