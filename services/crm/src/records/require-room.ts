import { findRoom, planLimitReached } from '@drippulse/entitlements';
import { sql } from 'kysely';
import type { RecordType } from '../record-type.ts';
import type { Write } from './write.ts';

/** Returns for how many of the new records the plan has room. Plans limit only contacts, which the database counts. */
export async function findRecordRoom({ trx, author }: Write, type: RecordType, count: number): Promise<number> {
  return (await roomOf({ trx, author }, type, count))?.granted ?? count;
}

/** Refuses a record for which the plan has no room, with `plan_limit_reached`. */
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
