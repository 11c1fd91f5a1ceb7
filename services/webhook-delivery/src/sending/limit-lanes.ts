import type { EndpointLimits } from '../endpoints/limits.ts';
import type { Chosen } from './due-lanes.ts';
import type { QueueRow } from './lease.ts';
import type { Postponed } from './schedule-lanes.ts';

/** Reduces the room of each lane to the remaining rate of its endpoint. A lane without room is postponed. */
export async function limitLanes(
  limits: EndpointLimits,
  lanes: readonly Chosen[],
): Promise<{ chosen: Chosen[]; postponed: Postponed[] }> {
  const chosen: Chosen[] = [];
  const postponed: Postponed[] = [];
  for (const { lane, room } of lanes) {
    const { webhook_id: webhookId, rate_limit_per_second: perSecond } = lane;
    if (perSecond === null) {
      chosen.push({ lane, room });
      continue;
    }
    const { granted, waitMs } = await limits.take(webhookId, perSecond, room);
    if (granted > 0) chosen.push({ lane, room: granted });
    else postponed.push({ lane, waitMs });
  }
  return { chosen, postponed };
}

/** Gives back the rate that was taken for more deliveries than were due. */
export async function giveBackUnused(
  limits: EndpointLimits,
  chosen: readonly Chosen[],
  rows: readonly QueueRow[],
): Promise<void> {
  for (const { lane, room } of chosen) {
    const { webhook_id: webhookId, rate_limit_per_second: perSecond } = lane;
    if (perSecond === null) continue;
    const sent = rows.filter((row) => row.webhook_id === webhookId && row.is_manual === lane.is_manual).length;
    if (sent < room) await limits.giveBack(webhookId, perSecond, room - sent);
  }
}
