import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { rescheduleLanes } from '../endpoints/lanes.ts';
import type { Claimed } from './claim.ts';

/** Makes claimed deliveries that were not sent due again now, instead of at the end of their lease. */
export async function giveBack(ctx: Context, deliveries: readonly Claimed[]): Promise<void> {
  await ctx.db.kysely.transaction().execute(async (trx) => {
    await sql`
      update queue
      set is_leased = false, due_at = clock_timestamp()
      from unnest(
        ${deliveries.map(({ id }) => id)}::bigint[],
        ${deliveries.map(({ fence }) => fence)}::bigint[]
      ) as claimed (delivery_id, fence)
      where queue.delivery_id = claimed.delivery_id and queue.fence = claimed.fence`.execute(trx);
    const webhookIds = new Set(deliveries.map(({ lane }) => lane.webhookId));
    await rescheduleLanes(
      trx,
      [...webhookIds].map((webhookId) => ({ webhookId })),
    );
  });
}
