import { setApart } from '@drippulse/writes';
import type { Kysely } from 'kysely';

/** Counts every change of a row that shows: also one that an update makes together with a note. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await setApart(db, 'agent_budgets', { apart: ['timezone', 'timezone_read_at'] });
}
