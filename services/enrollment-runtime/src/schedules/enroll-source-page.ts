import type { JobRow, JobSlice, WriteSlice } from '@drippulse/db';
import { sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import { type RecordPage, selectRecords } from '../crm/select-records.ts';
import type { DB } from '../db/schema.ts';
import { enroll } from '../enrolling/enroll.ts';
import { lockLane } from '../lanes/lock-lane.ts';
import { readSourceJob } from './source-job.ts';

/** Interval after which the job of a suspended organization is tried again. */
const suspendedMs = 60_000;

/**
 * Enrolls one page of the records that a tick's source selects. One transaction enrolls the page and stores the next
 * cursor, and the pages of a cursor contain each record once, so a tick enrolls no record twice. The CRM is asked
 * before the transaction, so a pause of the workflow never waits for another service.
 */
export async function enrollSourcePage(ctx: Context, job: JobRow): Promise<WriteSlice<DB>> {
  const { selection } = readSourceJob(job.input);
  const cursor: string | null = JSON.parse(job.cursor ?? 'null');
  const page = await selectRecords(
    ctx,
    {
      organizationId: job.organization_id,
      actor: { type: 'service', id: 'enrollment-runtime' },
      role: 'viewer',
      mode: 'live',
    },
    selection,
    cursor === null ? {} : { cursor },
  );
  return (trx) => writePage(ctx, trx, job, page);
}

async function writePage(ctx: Context, trx: Transaction<DB>, job: JobRow, page: RecordPage): Promise<JobSlice> {
  const { workflowId, timezone } = readSourceJob(job.input);
  const lane = await lockLane(trx, { workflowId, organizationId: job.organization_id });
  if (lane?.isSuspended) {
    return { cursor: job.cursor ?? 'null', processed: 0, isFinished: false, waitMs: suspendedMs };
  }
  const isActive = lane?.state === 'active';
  if (isActive && page.contacts.length > 0) {
    await enroll(ctx, trx, { lane, mode: lane.mode, timezone, agentId: null, contacts: page.contacts });
  }
  const isFinished = !isActive || page.nextCursor === undefined;
  // The finished job is deleted, because nothing reads it and an hourly schedule would leave many of them.
  if (isFinished) await sql`delete from jobs where id = ${job.id}`.execute(trx);
  return { cursor: JSON.stringify(page.nextCursor ?? null), processed: page.contacts.length, isFinished };
}
