import { databaseNow } from '@drippulse/db';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { moveAfter } from '../deliveries/moves.ts';
import type { Recorded, Result } from '../deliveries/results.ts';
import { announce } from '../endpoints/announce.ts';
import { disableWebhooks } from '../endpoints/disable-webhooks.ts';
import { lockHealth, saveHealth } from '../endpoints/health-rows.ts';
import { judgeResults } from '../endpoints/judge-results.ts';
import type { LaneChange } from '../lanes/reschedule-lanes.ts';
import { hintWebhook } from '../webhooks/hint-webhooks.ts';
import { lockQueue, saveAttempts, saveMoves } from './save.ts';

/**
 * Records a group of results, of different deliveries, in one transaction: attempts, moves of the deliveries, health of
 * the endpoints, and events about the endpoints. Returns the changes that the caller passes to `settleLanes`
 * afterwards.
 */
export async function record(ctx: Context, results: readonly Result[]): Promise<LaneChange[]> {
  const { judged, events } = await ctx.db.kysely.transaction().execute(async (trx) => {
    const now = await databaseNow<DB>(trx);
    const endpoints = await lockHealth(trx, [...new Set(results.map(({ delivery }) => delivery.lane.webhookId))]);
    const queued = await lockQueue(trx, results);
    const recorded = results.map((result): Recorded => {
      const tries = queued.get(result.delivery.id);
      return { ...result, move: tries === undefined ? undefined : moveAfter(result.attempt, tries, now, ctx.random()) };
    });
    await saveAttempts(trx, recorded);
    await saveMoves(trx, recorded);
    const judged = judgeResults(endpoints, recorded, now);
    await saveHealth(trx, judged);
    await disableWebhooks(trx, judged, now);
    const events = await announce(trx, judged, recorded);
    return { judged, events };
  });
  for (const { disables } of judged) if (disables !== undefined) ctx.metrics.endpointDisabled(disables);
  if (events > 0) ctx.relay.wake();
  for (const { delivery, attempt } of results) {
    const { organizationId, mode, lane } = delivery;
    const kind = attempt.error === undefined ? 'delivery_succeeded' : 'delivery_failed';
    hintWebhook(ctx, { organizationId, webhookId: lane.webhookId, mode }, kind);
  }
  return judged.map(({ webhookId, openUntil }) => ({ webhookId, openUntil }));
}
