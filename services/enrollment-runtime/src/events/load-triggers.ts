import type { Context } from '../context.ts';
import { findLanes } from '../lanes/lock-lanes.ts';
import { findTriggers } from '../triggers/find-triggers.ts';
import type { IncomingEvent } from './event.ts';

/** Maximum number of workflows per event name whose definitions are loaded in advance. */
const most = 500;

/**
 * Loads the definitions of the workflows that listen to events. Call it before a transaction that serves one request.
 * Otherwise many requests could each occupy one connection, need a second one for the load, and wait for each other.
 */
export async function loadTriggers(ctx: Context, events: readonly IncomingEvent[]): Promise<void> {
  const triggers = await findTriggers(ctx.db.kysely, events, { after: 0n, most });
  const lanes = await findLanes(
    ctx.db.kysely,
    triggers.map(({ workflowId }) => workflowId),
  );
  for (const { workflowId, version } of lanes.values()) await ctx.definitions.get(workflowId, version);
}
