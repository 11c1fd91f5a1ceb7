import { findRoom, planLimitReached } from '@drippulse/entitlements';
import { sql } from 'kysely';
import type { RecordType } from '../record-type.ts';
import type { Write } from './write.ts';

/** Finds how many of these new records the plan has room for. It limits only contacts, which the database counts. */
export async function findRecordRoom({ trx, author }: Write, type: RecordType, count: number): Promise<number> {
  return (await roomOf({ trx, author }, type, count))?.granted ?? count;
}

/** Refuses a record beyond the room of the plan as `plan_limit_reached`. */
export async function requireRoom({ trx, author }: Write, type: RecordType): Promise<void> {
  const room = await roomOf({ trx, author }, type, 1);
  if (room?.full !== undefined) throw planLimitReached(room.full);
}

async function roomOf({ trx, author }: Pick<Write, 'trx' | 'author'>, type: RecordType, count: number) {
  if (type !== 'contact' || count === 0) return undefined;
  const { organizationId } = author;
  const rooms = await findRoom(trx, 'contacts', [{ organizationId, count }], sql<Date>`now()`);
  return rooms.get(organizationId);
}
