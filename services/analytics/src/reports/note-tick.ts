import { addJob } from '@drippulse/db';
import { sql, type Transaction } from 'kysely';
import { z } from 'zod';
import type { DB } from '../db/schema.ts';
import type { ReportRow } from './rows.ts';

/** The kind of the jobs that write the mails about reports of ticks. */
export const reportMailJobs = 'report mail';

/** Failures one after the other that are mailed. */
const mailedFailures = 3;

const input = z.object({ report_id: z.string() });

/**
 * Counts the failures of a schedule one after the other, and queues the mails about a report that its tick has made:
 * those with its file, or about the third failure. Reports of test keys are mailed to nobody.
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

/** The id of the report that a job is about. */
export function mailedReport(text: string): bigint {
  return BigInt(input.parse(JSON.parse(text)).report_id);
}
