import { eventually } from '@drippulse/testing';
import { sql, type Transaction } from 'kysely';
import type { DB } from '../src/db/schema.ts';

/** Waits until somebody waits for a lock that this transaction holds. */
export async function somebodyWaits(trx: Transaction<DB>): Promise<void> {
  await eventually(async () => {
    const { rows } = await sql`
      select from pg_locks where not granted and pg_backend_pid() = any(pg_blocking_pids(pid))`.execute(trx);
    return rows.length > 0;
  });
}
