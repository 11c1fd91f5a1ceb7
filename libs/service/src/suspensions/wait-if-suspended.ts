import type { Database, JobRow, WriteSlice } from '@drippulse/db';
import { sql } from 'kysely';
import { isSuspended } from './table.ts';

/** Delay until a waiting job is checked again. A resumption wakes it earlier (`onResumed` of `startSuspensions`). */
const waitMs = 60_000;

/**
 * If the job's organization is suspended, returns a slice that does nothing and makes the job wait. Otherwise returns
 * undefined.
 */
export async function waitIfSuspended<DB>(
  { kysely }: Database<DB>,
  { organization_id: organizationId, cursor }: JobRow,
): Promise<WriteSlice<DB> | undefined> {
  const { rows } = await sql<{ is_waiting: boolean }>`
    select ${isSuspended(sql`${organizationId}::bigint`)} as is_waiting`.execute(kysely);
  return rows[0]?.is_waiting ? async () => ({ cursor, processed: 0, isFinished: false, waitMs }) : undefined;
}
