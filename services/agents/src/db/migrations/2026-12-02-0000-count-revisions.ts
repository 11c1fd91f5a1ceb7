import { setApart } from '@drippulse/writes';
import type { Kysely } from 'kysely';

/**
 * Makes an update raise the revision of a row if it changes any column that is not in `apart`. An update that changes
 * only columns in `apart` does not raise it.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await setApart(db, 'agent_budgets', { apart: ['timezone', 'timezone_read_at'] });
}
