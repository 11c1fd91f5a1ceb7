import { type RawBuilder, sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { appendApprovalNews } from './news.ts';
import type { ApprovalRow } from './row.ts';

/**
 * Ends pending approvals that meet the condition, without a decision. Returns how many were ended; after the commit the
 * caller wakes the relay.
 */
export async function endApprovals(
  { dbNow }: Pick<Context, 'dbNow'>,
  trx: Transaction<DB>,
  condition: RawBuilder<boolean>,
  status: 'expired' | 'cancelled',
): Promise<number> {
  const { rows } = await sql<ApprovalRow>`
    update approvals set status = ${status}, decided_at = ${dbNow}, version = version + 1
    where status = 'pending' and ${condition}
    returning *`.execute(trx);
  if (rows.length > 0) await appendApprovalNews(trx, rows, 'approvalDecided');
  return rows.length;
}
