import { type Kysely, sql } from 'kysely';
import type { DB } from '../db/schema.ts';

/**
 * Returns an id for the calls of a rehearsal in the ledger. The id comes from the sequence of executions, so no
 * execution has the same id.
 */
export async function newLedgerId(db: Kysely<DB>): Promise<bigint> {
  const { rows } = await sql<{ id: bigint }>`
    select nextval(pg_get_serial_sequence('executions', 'id')) as id`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new Error('a sequence gave no number');
  return row.id;
}

/** Deletes the window of an ended rehearsal, if nothing is reserved in the window. */
export async function forgetWindow(db: Kysely<DB>, ledgerId: bigint): Promise<void> {
  await sql`
    delete from spend_windows where key = ${`execution:${ledgerId}`} and reserved_pico_usd = 0`.execute(db);
}
