import type { Context } from '../context.ts';
import { findLanes } from '../lanes/lock-lanes.ts';
import { findTriggers } from '../triggers/find-triggers.ts';
import type { IncomingEvent } from './event.ts';

/** Workflows of a name whose definitions are loaded beforehand. */
const most = 500;

/**
 * Loads the definitions of the workflows that listen to events. Call it before a transaction of one request: many
 * requests that each hold a connection would wait for one more, and for each other.
 */
export async function loadTriggers(ctx: Context, events: readonly IncomingEvent[]): Promise<void> {
  const triggers = await findTriggers(ctx.db.kysely, events, { after: 0n, most });
  const lanes = await findLanes(
    ctx.db.kysely,
    triggers.map(({ workflowId }) => workflowId),
  );
  for (const { workflowId, version } of lanes.values()) await ctx.definitions.get(workflowId, version);
}
