import { type CreatedFilters, type IdRange, idsWithin, readCreatedRange } from '@drippulse/db';
import { type Kysely, sql } from 'kysely';
import type { DB } from '../db/schema.ts';

/**
 * Converts a range of time to a range of enrollment ids that contains every enrollment begun in that time. It searches
 * the enrollments of some workflows. One sequence gives all ids, so the range is valid for all workflows. The more
 * enrollments the searched workflows have, the tighter the range is.
 */
export async function idRangeOf(
  db: Kysely<DB>,
  workflowIds: readonly bigint[],
  filters: CreatedFilters,
): Promise<IdRange | undefined> {
  const { since, until } = readCreatedRange(filters);
  if (since === undefined && until === undefined) return undefined;
  const workflows = sql`unnest(${workflowIds}::bigint[]) as workflow (id)`;
  return idsWithin(
    db,
    { since, until },
    {
      last: sql`
        select max(newest.id) from ${workflows}
        cross join lateral (select max(id) as id from enrollments where workflow_id = workflow.id) as newest`,
      from: (least) => sql`
        select next.id, next.created_at from ${workflows}
        cross join lateral (
          select id, created_at from enrollments where workflow_id = workflow.id and id >= ${least} order by id limit 1
        ) as next
        order by next.id limit 1`,
    },
  );
}
