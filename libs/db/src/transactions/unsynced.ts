import { sql } from 'kysely';

/**
 * A common table expression. A statement that reads from it (`with ${unsynced} … from unsynced, …`) makes its
 * transaction commit without waiting for the disk. Use it for work that is repeated if a crash of the database loses
 * it. A crash loses only the latest commits: a commit that is kept never follows one that is lost.
 */
export const unsynced = sql`unsynced as materialized (select set_config('synchronous_commit', 'off', true))`;
