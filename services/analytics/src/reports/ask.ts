import { addJob } from '@drippulse/db';
import type { Mode } from '@drippulse/rpc';
import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import { type Parameters, packParameters } from '../parameters.ts';
import type { ReportRow } from './rows.ts';

/** The kind of the jobs that make reports. */
export const reportJobs = 'report';

const keptDays = 90;

export type AskedReport = {
  organizationId: bigint;
  mode: Mode;
  type: string;
  format: string;
  parameters: Parameters;
  asOf: Date;
  actor: { type: string; id: string };
  /** The tick of a schedule that requests the report. Default: a person requests it. */
  tick?: { scheduledBy: bigint; at: Date };
};

/** Queues a report in the transaction of the request. After the commit, the caller must wake the loop of reports. */
export async function askReport(trx: Transaction<DB>, asked: AskedReport): Promise<ReportRow> {
  const { organizationId, mode, type, format, parameters, asOf, actor, tick } = asked;
  const row = await trx
    .insertInto('reports')
    .values({
      organization_id: organizationId,
      mode,
      type,
      format,
      parameters: packParameters(parameters),
      as_of: asOf,
      status: 'queued',
      actor_type: actor.type,
      actor_id: actor.id,
      created_at: asOf,
      expires_at: keptUntil(asOf),
      ...(tick && { scheduled_by: tick.scheduledBy, tick_at: tick.at }),
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return queueReport(trx, row);
}

/** Returns the time at which a report that was requested at `asOf` is deleted. */
export function keptUntil(asOf: Date): Date {
  return new Date(asOf.getTime() + keptDays * 86_400_000);
}

/** Adds the job that makes a report. */
export async function queueReport(trx: Transaction<DB>, { id, organization_id }: ReportRow): Promise<ReportRow> {
  const job = await addJob(trx, {
    organizationId: organization_id,
    kind: reportJobs,
    input: JSON.stringify({ report_id: String(id) }),
    total: 1n,
  });
  // The store may still have files of an earlier job. The new job's fences must be higher than those of the files.
  await sql`
    update jobs set fence = greatest(fence, (
      select coalesce(max(fence), 0) from report_files where organization_id = ${organization_id} and report_id = ${id}))
    where id = ${job.id} and organization_id = ${organization_id}`.execute(trx);
  const { rows } = await sql<ReportRow>`
    update reports set job_id = ${job.id} where id = ${id} and organization_id = ${organization_id}
    returning *`.execute(trx);
  const [row] = rows;
  if (row === undefined) throw new Error('the report that was queued is gone');
  return row;
}
