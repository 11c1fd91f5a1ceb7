import { setApart } from '@drippulse/writes';
import type { Kysely } from 'kysely';

/** Raises the revision of a row for every visible change, even if the update changes bookkeeping columns too. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await setApart(db, 'agent_budgets', { apart: ['timezone', 'timezone_read_at'] });
}
