import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import type { Work } from './claimed-run.ts';

/**
 * Locks the runs of enrollments until the transaction ends. Like a move, it locks the lanes first and then the runs,
 * each in the order of ids. Call it once in a transaction, after the locks of contacts and before any other lock of a
 * run. Enrollments that have ended are left out.
 */
export async function lockRuns(
  trx: Transaction<DB>,
  enrollments: readonly { workflowId: bigint; enrollmentId: bigint }[],
): Promise<void> {
  if (enrollments.length === 0) return;
  const workflowIds = enrollments.map(({ workflowId }) => workflowId);
  await sql`
    select from lanes where workflow_id = any(${[...new Set(workflowIds)]}::bigint[])
    order by workflow_id for key share`.execute(trx);
  await sql`
    select from unnest(${workflowIds}::bigint[], ${enrollments.map(({ enrollmentId }) => enrollmentId)}::bigint[])
      as asked (workflow_id, enrollment_id), runs
    where runs.workflow_id = asked.workflow_id and runs.enrollment_id = asked.enrollment_id
    order by runs.workflow_id, runs.enrollment_id for update of runs`.execute(trx);
}

/**
 * Locks claimed runs in the order that `lockRuns` uses. Their lanes are locked already. Returns the ids of the runs
 * that still have the fence of their claim.
 */
export async function lockClaimed(trx: Transaction<DB>, works: readonly Work[]): Promise<ReadonlySet<bigint>> {
  if (works.length === 0) return new Set();
  const { rows } = await sql<{ enrollment_id: bigint }>`
    select runs.enrollment_id
    from unnest(
      ${works.map(({ run }) => run.identity.workflowId)}::bigint[],
      ${works.map(({ run }) => run.identity.id)}::bigint[],
      ${works.map(({ run }) => run.fence)}::int[]) as claimed (workflow_id, enrollment_id, fence), runs
    where runs.workflow_id = claimed.workflow_id and runs.enrollment_id = claimed.enrollment_id
      and runs.fence = claimed.fence
    order by runs.workflow_id, runs.enrollment_id for update of runs`.execute(trx);
  return new Set(rows.map((row) => row.enrollment_id));
}
