import { performance } from 'node:perf_hooks';
import { roundRobin } from '@drippulse/loops';
import { modeOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import type { Claimed } from '../deliveries/claimed.ts';
import type { Concurrency, LaneKey } from '../lanes/concurrency.ts';
import { type Chosen, type LaneRow, lockDueLanes } from './due-lanes.ts';
import { dropBodiless, lease, type Payload, type QueueRow, readBodies } from './lease.ts';
import { giveBackUnused, limitLanes } from './limit-lanes.ts';
import { postponeLanes, scheduleLanes } from './schedule-lanes.ts';

/**
 * Maximum number of deliveries in one claim. It is low, so that the next due delivery does not have to wait long while
 * the claimed deliveries start.
 */
const claimDeliveries = 100;

/**
 * Leases due deliveries. Organizations take turns, and each lane gets as many leases as it has room for. The lanes are
 * locked until the commit; other claims skip locked lanes, so a claim never waits.
 */
export async function claim(ctx: Pick<Context, 'db' | 'limits'>, concurrency: Concurrency): Promise<Claimed[]> {
  const claimedAt = performance.now();
  return ctx.db.kysely.transaction().execute(async (trx) => {
    const unproven = concurrency.unproven.room() > 0;
    const lanes = await lockDueLanes(trx, { full: concurrency.fullLanes(), unproven });
    const { chosen, postponed } = await limitLanes(ctx.limits, chooseLanes(lanes, concurrency));
    await postponeLanes(trx, postponed);
    if (chosen.length === 0) return [];
    const rows = await lease(trx, chosen);
    await giveBackUnused(ctx.limits, chosen, rows);
    await scheduleLanes(trx, chosen, rows);
    const bodies = await readBodies(trx, rows);
    await dropBodiless(trx, rows, bodies);
    return assemble({ rows, chosen, bodies, claimedAt });
  });
}

/** Chooses lanes, with organizations in turn, until all free places of the process are used. */
function chooseLanes(lanes: readonly LaneRow[], concurrency: Concurrency): Chosen[] {
  const chosen: Chosen[] = [];
  let left = Math.min(concurrency.room(), claimDeliveries);
  let leftForUnproven = concurrency.unproven.room();
  for (const lane of roundRobin(lanes, (row) => row.organization_id)) {
    const places = lane.is_proven ? left : Math.min(left, leftForUnproven);
    const room = Math.min(concurrency.roomFor(keyOf(lane), lane.has_failed), places);
    if (room === 0) continue;
    chosen.push({ lane, room });
    left -= room;
    if (!lane.is_proven) leftForUnproven -= room;
  }
  return chosen;
}

function assemble(claim: {
  rows: readonly QueueRow[];
  chosen: readonly Chosen[];
  bodies: ReadonlyMap<string, Payload>;
  claimedAt: number;
}): Claimed[] {
  const lanes = new Map(claim.chosen.map(({ lane }) => [lane.webhook_id, lane]));
  return claim.rows.flatMap((row) => {
    const payload = claim.bodies.get(row.event_id);
    const lane = lanes.get(row.webhook_id);
    if (payload === undefined || lane === undefined) return [];
    return {
      id: row.delivery_id,
      organizationId: lane.organization_id,
      mode: modeOf(lane.mode),
      lane: keyOf(row),
      eventId: row.event_id,
      eventAt: row.event_at,
      eventType: row.event_type,
      isTest: row.is_test,
      tries: row.tries,
      fence: row.fence,
      lagSeconds: row.lag_seconds,
      claimedAt: claim.claimedAt,
      hasFailed: lane.has_failed,
      isProven: lane.is_proven,
      secrets: lane,
      target: lane,
      ...payload,
    };
  });
}

function keyOf(row: { webhook_id: bigint; is_manual: boolean }): LaneKey {
  return { webhookId: row.webhook_id, isManual: row.is_manual };
}
