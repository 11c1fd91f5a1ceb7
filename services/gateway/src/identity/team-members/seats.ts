import { findRoom, noteThresholds, planLimitReached } from '@drippulse/entitlements';
import { type RawBuilder, sql, type Transaction } from 'kysely';
import type { DB } from '../../db/schema.ts';

/** Returns SQL that counts the members of an organization, including invited ones. */
export function countSeats(organizationId: bigint): RawBuilder<bigint> {
  return sql<bigint>`(
    select count(*) from memberships where organization_id = ${organizationId} and status in ('active', 'invited'))`;
}

/**
 * Takes a seat of the organization for a member that the transaction adds. Call this function before the row is
 * written. Throws `plan_limit_reached` when the plan allows no further member.
 */
export async function takeSeat(trx: Transaction<DB>, organizationId: bigint): Promise<void> {
  const at = sql<Date>`now()`;
  const rooms = await findRoom(trx, 'seats', [{ organizationId, count: 1 }], at, countSeats);
  const room = rooms.get(organizationId);
  if (room?.full !== undefined) throw planLimitReached(room.full);
  if (room !== undefined) await noteThresholds(trx, [{ organizationId, meter: 'seats', used: room.used + 1n }], at);
}
