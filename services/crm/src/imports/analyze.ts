import { type Kysely, sql } from 'kysely';
import type { DB } from '../db/schema.ts';

const analyzedAfter = new Set([1, 10, 100, 1000]);

/**
 * Updates the planner's statistics after certain numbers of batches. A table that grows from nothing has no statistics
 * until autovacuum runs, and until then each look-up reads all rows of the organization: 18 ms at 6,000 rows.
 */
export async function analyzeNow(db: Kysely<DB>, batches: number): Promise<void> {
  if (!analyzedAfter.has(batches)) return;
  await sql`analyze accounts, contacts, leads, opportunities, activities`.execute(db);
}
