import { findRoom, noteThresholds, planLimitReached } from '@drippulse/entitlements';
import type { Caller } from '@drippulse/rpc';
import { type RawBuilder, sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';

/**
 * Returns the SQL that counts the live agents of an organization. Agents in test mode do not count, because they cost
 * nothing.
 */
export function countAgents(organizationId: bigint): RawBuilder<bigint> {
  return sql<bigint>`(
    select count(*) from agents where organization_id = ${organizationId} and mode = 'live' and deleted_at is null)`;
}

/**
 * Counts the agent that this transaction creates towards the plan's limit. Call it before the row is written. Refuses
 * an agent beyond the limit with `plan_limit_reached`.
 */
export async function takePlace(
  trx: Transaction<DB>,
  { organizationId, mode }: Pick<Caller, 'organizationId' | 'mode'>,
): Promise<void> {
  if (mode === 'test') return;
  const at = sql<Date>`now()`;
  const rooms = await findRoom(trx, 'agents', [{ organizationId, count: 1 }], at, countAgents);
  const room = rooms.get(organizationId);
  if (room?.full !== undefined) throw planLimitReached(room.full);
  if (room !== undefined) await noteThresholds(trx, [{ organizationId, meter: 'agents', used: room.used + 1n }], at);
}
