import { type Loop, startLoop } from '@drippulse/loops';
import { sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import { lockEndpoints, lockLanes } from '../db/locks.ts';
import type { DB } from '../db/schema.ts';
import { removeLanes } from '../lanes/remove-lanes.ts';

const slice = 1000;

/** Cancels, slice by slice, the queued deliveries of removed webhooks. */
export function startCancelling(ctx: Context): Loop {
  return startLoop({
    name: 'cancel deliveries of removed webhooks',
    log: ctx.log,
    async run() {
      const removal = await ctx.db.kysely.selectFrom('removals').select('webhook_id').limit(1).executeTakeFirst();
      if (removal === undefined) return undefined;
      await ctx.db.kysely.transaction().execute((trx) => cancelSlice(trx, removal.webhook_id));
      return 0;
    },
  });
}

/**
 * Cancels a slice of an endpoint's deliveries. Because of the lock on the endpoint, two processes never cancel the same
 * slice at once.
 */
async function cancelSlice(trx: Transaction<DB>, webhookId: bigint): Promise<void> {
  await lockEndpoints(trx, [webhookId]);
  const { rows: removed } = await sql<{ delivery_id: bigint; event_at: Date }>`
    delete from queue where delivery_id = any (array(
      select delivery_id from queue where webhook_id = ${webhookId} limit ${slice}))
    returning delivery_id, event_at`.execute(trx);
  if (removed.length === 0) return finish(trx, webhookId);
  await sql`
    update deliveries set status = 'cancelled', next_attempt_at = null
    from unnest(
      ${removed.map((row) => row.delivery_id)}::bigint[],
      ${removed.map((row) => row.event_at)}::timestamptz[]
    ) as removed (delivery_id, event_at)
    where deliveries.id = removed.delivery_id and deliveries.event_at = removed.event_at`.execute(trx);
}

async function finish(trx: Transaction<DB>, webhookId: bigint): Promise<void> {
  await trx.deleteFrom('endpoints').where('webhook_id', '=', webhookId).execute();
  await trx.deleteFrom('removals').where('webhook_id', '=', webhookId).execute();
  await removeLanes(await lockLanes(trx, [webhookId]));
}
