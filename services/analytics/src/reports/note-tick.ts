import { addJob } from '@drippulse/db';
import { sql, type Transaction } from 'kysely';
import { z } from 'zod';
import type { DB } from '../db/schema.ts';
import type { ReportRow } from './rows.ts';

/** The kind of jobs that write mails about scheduled reports. */
export const reportMailJobs = 'report mail';

/** A mail is sent after this number of consecutive failures. */
const mailedFailures = 3;

const input = z.object({ report_id: z.string() });

/**
 * Counts the consecutive failures of a schedule. Queues the mails about the report of a tick, either with the report's
 * file or about the third failure. Reports in test mode are not mailed.
 */
export async function noteTick(trx: Transaction<DB>, report: ReportRow): Promise<void> {
  const { id, organization_id: organizationId, scheduled_by: scheduledBy, status, mode } = report;
  const isReady = status === 'ready';
  const { rows } = await sql<{ failures: number }>`
    update reports set failures = case when ${isReady} then 0 else failures + 1 end
    where organization_id = ${organizationId} and id = ${scheduledBy} and schedule is not null
    returning failures`.execute(trx);
  const [schedule] = rows;
  if (schedule === undefined || mode !== 'live') return;
  if (!isReady && schedule.failures !== mailedFailures) return;
  const about: z.infer<typeof input> = { report_id: String(id) };
  await addJob(trx, { organizationId, kind: reportMailJobs, input: JSON.stringify(about), total: 1n });
}

/** Reads the id of the report from a job's input. */
export function mailedReport(text: string): bigint {
  return BigInt(input.parse(JSON.parse(text)).report_id);
}
