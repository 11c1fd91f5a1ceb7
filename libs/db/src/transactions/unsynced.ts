import { sql } from 'kysely';

/**
 * A common table expression that a statement must read from (`with ${unsynced} … from unsynced, …`): its transaction does
 * not wait for the disk when it commits. For what may be forgotten by a database that crashes, because it is then done
 * again; what is forgotten is always the latest, never something in between.
 */
export const unsynced = sql`unsynced as materialized (select set_config('synchronous_commit', 'off', true))`;
