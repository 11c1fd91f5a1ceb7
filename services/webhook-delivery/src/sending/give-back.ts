import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { lockEndpoints, lockLanes } from '../db/locks.ts';
import type { Claimed } from '../deliveries/claimed.ts';
import { rescheduleLanes } from '../lanes/reschedule-lanes.ts';

/** Makes leased deliveries that were not sent due now. Otherwise they would be due only at the end of their lease. */
export async function giveBack(ctx: Context, deliveries: readonly Claimed[]): Promise<void> {
  const webhookIds = [...new Set(deliveries.map(({ lane }) => lane.webhookId))];
  await ctx.db.kysely.transaction().execute(async (trx) => {
    await lockEndpoints(trx, webhookIds);
    await sql`
      update queue
      set is_leased = false, due_at = clock_timestamp()
      from unnest(
        ${deliveries.map(({ id }) => id)}::bigint[],
        ${deliveries.map(({ fence }) => fence)}::bigint[]
      ) as claimed (delivery_id, fence)
      where queue.delivery_id = claimed.delivery_id and queue.fence = claimed.fence`.execute(trx);
    await rescheduleLanes(await lockLanes(trx, webhookIds));
  });
}
