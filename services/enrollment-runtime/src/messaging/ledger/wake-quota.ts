import { findRoom } from '@drippulse/entitlements';
import { sql, type Transaction } from 'kysely';
import type { Context } from '../../context.ts';
import type { DB } from '../../db/schema.ts';
import { quotaRule } from './mail-quota.ts';
import { wakeRuns } from './settle-sends.ts';

/** Maximum number of sends that are woken in one transaction. */
const sliceRows = 500;

/**
 * Makes mails due that wait for an organization's quota, in the order in which they were planned. It makes at most as
 * many mails due as the quota has room for. Returns the number of these mails. Each mail is decided again at its next
 * attempt.
 */
export async function wakeQuota(
  ctx: Pick<Context, 'dbNow'>,
  trx: Transaction<DB>,
  organizationId: bigint,
): Promise<number> {
  const waiting = sql`organization_id = ${organizationId} and status = 'held' and rule = ${sql.lit(quotaRule)}`;
  const { rows } = await sql<{ asleep: number; woken: number }>`
    select count(*) filter (where due_at > ${ctx.dbNow})::int as asleep,
      count(*) filter (where due_at <= ${ctx.dbNow})::int as woken
    from sends where ${waiting}`.execute(trx);
  const { asleep = 0, woken = 0 } = rows[0] ?? {};
  if (asleep === 0) return 0;
  const most = Math.min(asleep, sliceRows);
  const rooms = await findRoom(trx, 'emails', [{ organizationId, count: most + woken }], ctx.dbNow);
  // Mails that were woken before and not sent yet will use their room later, so their number is subtracted.
  const free = (rooms.get(organizationId)?.granted ?? most + woken) - woken;
  if (free <= 0) return 0;
  const { rows: held } = await sql<{ workflow_id: bigint; enrollment_id: bigint }>`
    with next as materialized (
      select id from sends where id = any(array(
        select id from sends where ${waiting} and due_at > ${ctx.dbNow} order by planned_at, id limit ${free}))
      order by effect_key for update
    )
    update sends set due_at = ${ctx.dbNow} from next where sends.id = next.id
    returning sends.workflow_id, sends.enrollment_id`.execute(trx);
  await wakeRuns(ctx, trx, held);
  return held.length;
}
