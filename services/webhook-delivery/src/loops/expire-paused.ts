import { type Loop, startLoop } from '@drippulse/loops';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { lockEndpoints } from '../db/locks.ts';
import { keptHours } from '../db/partitions.ts';
import { findStuck, promoteStuck } from '../deliveries/order.ts';

const hourMs = 3_600_000;
const slice = 5000;

/** Removes deliveries that have waited at a disabled webhook for longer than their event is kept. */
export function startExpiring(ctx: Context): Loop {
  return startLoop({
    name: 'expire the queue of disabled webhooks',
    log: ctx.log,
    maxIdleMs: hourMs,
    async run(signal) {
      const paused = await ctx.db.kysely
        .selectFrom('lanes')
        .select('webhook_id')
        .where('is_paused', '=', true)
        .execute();
      for (const { webhook_id: webhookId } of paused) {
        while (!signal.aborted && (await expireSlice(ctx, webhookId)) === slice);
      }
      for (const webhookId of await findStuck(ctx.db.kysely))
        await ctx.db.kysely.transaction().execute((trx) => promoteStuck(trx, webhookId));
      return hourMs;
    },
  });
}

/**
 * Expires a slice of deliveries. The slice is selected by `due_at`, which is in the queue's index. This never expires a
 * delivery too early, because a delivery is never due before the time of its event.
 */
async function expireSlice(ctx: Context, webhookId: bigint): Promise<number> {
  return ctx.db.kysely.transaction().execute(async (trx) => {
    await lockEndpoints(trx, [webhookId]);
    const { numAffectedRows = 0n } = await sql`
      delete from queue where delivery_id = any (array(
        select delivery_id from queue
        where webhook_id = ${webhookId} and not is_manual and due_at < now() - ${keptHours} * interval '1 hour'
        limit ${slice}))`.execute(trx);
    return Number(numAffectedRows);
  });
}
