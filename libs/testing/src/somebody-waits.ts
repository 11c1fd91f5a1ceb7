import { sql, type Transaction } from 'kysely';
import { eventually } from './eventually.ts';

/** Waits until another transaction is blocked by a lock of this transaction. */
export async function somebodyWaits<DB>(trx: Transaction<DB>): Promise<void> {
  await eventually(async () => {
    const { rows } = await sql`
      select from pg_locks where not granted and pg_backend_pid() = any (pg_blocking_pids(pid))`.execute(trx);
    return rows.length > 0;
  });
}
