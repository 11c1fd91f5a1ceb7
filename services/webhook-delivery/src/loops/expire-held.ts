import { type Loop, startLoop } from '@drippulse/loops';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { keptHours } from '../db/partitions.ts';
import { promoteStuck } from '../deliveries/order.ts';

const hourMs = 3_600_000;
const slice = 5000;

/** Forgets what waits at disabled webhooks for longer than anything of its event is kept. */
export function startExpiring(ctx: Context): Loop {
  return startLoop({
    name: 'expire the queue of disabled webhooks',
    log: ctx.log,
    maxIdleMs: hourMs,
    async run(signal) {
      const held = await ctx.db.kysely.selectFrom('lanes').select('webhook_id').where('is_held', '=', true).execute();
      for (const { webhook_id: webhookId } of held) {
        while (!signal.aborted && (await expireSlice(ctx, webhookId)) === slice);
      }
      await promoteStuck(ctx.db.kysely);
      return hourMs;
    },
  });
}

/** By `due_at`, which the queue's index has: an event is never younger than its due time. */
async function expireSlice(ctx: Context, webhookId: bigint): Promise<number> {
  const { numAffectedRows = 0n } = await sql`
    delete from queue where delivery_id in (
      select delivery_id from queue
      where webhook_id = ${webhookId} and not is_manual and due_at < now() - ${keptHours} * interval '1 hour'
      limit ${slice})`.execute(ctx.db.kysely);
  return Number(numAffectedRows);
}
