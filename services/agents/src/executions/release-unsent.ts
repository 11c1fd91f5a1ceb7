import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import type { ExecutionRow } from './rows.ts';

/**
 * Gives back the unsent reservations of an ended execution. Deletes the execution's window if nothing is reserved in
 * it, unless the execution may start again.
 */
export async function releaseUnsent(
  trx: Transaction<DB>,
  { id, created_at: createdAt }: Pick<ExecutionRow, 'id' | 'created_at'>,
  { mayRepeat }: { mayRepeat: boolean },
): Promise<void> {
  await sql`
    select settle_spend(created_at, execution_id, seq, attempt, 0, 'released', 0, 0, 0) from reservations
    where created_at = ${createdAt} and execution_id = ${id} and state = 'open' and sent_at is null`.execute(trx);
  if (mayRepeat) return;
  await sql`
    delete from spend_windows where key = ${`execution:${id}`} and reserved_pico_usd = 0`.execute(trx);
}
