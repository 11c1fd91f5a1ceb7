import { sql } from 'kysely';
import type { Context } from '../context.ts';
import type { Claimed } from '../deliveries/claimed.ts';
import { rescheduleLanes } from '../lanes/reschedule-lanes.ts';

/** Makes leased deliveries that were not sent due now, instead of at the end of their lease. Rows are locked by id. */
export async function giveBack(ctx: Context, deliveries: readonly Claimed[]): Promise<void> {
  await ctx.db.kysely.transaction().execute(async (trx) => {
    await sql`
      update queue
      set is_leased = false, due_at = clock_timestamp()
      from (
        select queue.delivery_id from queue
        join unnest(
          ${deliveries.map(({ id }) => id)}::bigint[],
          ${deliveries.map(({ fence }) => fence)}::bigint[]
        ) as claimed (delivery_id, fence) on claimed.delivery_id = queue.delivery_id and claimed.fence = queue.fence
        order by queue.delivery_id for update of queue
      ) as leased
      where queue.delivery_id = leased.delivery_id`.execute(trx);
    const webhookIds = new Set(deliveries.map(({ lane }) => lane.webhookId));
    await rescheduleLanes(
      trx,
      [...webhookIds].map((webhookId) => ({ webhookId })),
    );
  });
}
