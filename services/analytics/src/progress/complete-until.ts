import { type Kysely, sql } from 'kysely';
import type { DB } from '../db/schema.ts';
import { factTopics } from './topics.ts';

/** Returns the time up to which all topics are counted. Returns the beginning of time if a topic has no record yet. */
export async function completeUntil(db: Kysely<DB>): Promise<Date> {
  const { rows } = await sql<{ until: Date | null }>`
    select case when count(*) = ${factTopics.length} then min(complete_until) end as until
    from progress where topic = any(${factTopics})`.execute(db);
  return rows[0]?.until ?? new Date(0);
}
