import { databaseNow } from '@drippulse/db';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { announce } from '../endpoints/announce.ts';
import { judgeResults } from '../endpoints/judge-results.ts';
import type { LaneChange } from '../endpoints/lanes.ts';
import { disableWebhooks, lockEndpoints, saveHealth } from '../endpoints/rows.ts';
import type { Claimed } from './claim.ts';
import { type Move, moveAfter } from './moves.ts';
import { lockQueue, saveAttempts, saveMoves } from './save.ts';
import type { Attempt } from './send.ts';

/** An attempt that has ended. */
export type Result = { delivery: Claimed; attempt: Attempt };

/** A result and what follows from it; without a move when another worker has the delivery by now. */
export type Recorded = Result & { move: Move | undefined };

/**
 * Records a group of results, of different deliveries, in one transaction: attempts, where each delivery goes, how the
 * endpoints do, and what is raised about them. Locks are taken in the order endpoints, queue, webhooks, as everywhere.
 * Answers what `settleLanes` is to do afterwards.
 */
export async function record(ctx: Context, results: readonly Result[]): Promise<LaneChange[]> {
  const { judged, events } = await ctx.db.kysely.transaction().execute(async (trx) => {
    const now = await databaseNow<DB>(trx);
    const endpoints = await lockEndpoints(trx, [...new Set(results.map(({ delivery }) => delivery.lane.webhookId))]);
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
    const events = await announce(trx, judged);
    return { judged, events };
  });
  for (const { disables } of judged) if (disables !== undefined) ctx.metrics.endpointDisabled(disables);
  if (events > 0) ctx.relay.wake();
  return judged.map(({ webhookId, openUntil }) => ({ webhookId, openUntil }));
}
