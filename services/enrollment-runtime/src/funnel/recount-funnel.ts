import { type Kysely, sql } from 'kysely';
import type { DB } from '../db/schema.ts';
import type { Counted } from './counters.ts';

/** A counter that differs from the count of the rows. */
export type Difference = {
  version: number;
  stepId: string;
  mode: string;
  counted: Counted;
  counter: bigint;
  rows: bigint;
};

/**
 * Counts the enrollments of a workflow row by row and returns the counters that differ. One statement reads every row
 * of the workflow, so concurrent moves make no difference.
 */
export async function recountFunnel(db: Kysely<DB>, workflowId: bigint): Promise<Difference[]> {
  const { rows } = await sql<Difference>`
    with step as (
      select version, index - 1 as step_index, value ->> 'id' as step_id
      from workflow_versions, json_array_elements(steps) with ordinality as element (value, index)
      where workflow_id = ${workflowId}
    ), placed as (
      select version, step_index, mode, 'active' as counted from runs where workflow_id = ${workflowId}
      union all
      select version, step_index, mode, 'paused' from runs where workflow_id = ${workflowId} and status = 'paused'
      union all
      select version, step_index, mode, status from outcomes where workflow_id = ${workflowId} and status <> 'holdout'
    ), actual as (
      select version, coalesce(step_id, '') as step_id, mode, counted, count(*) as number
      from placed left join step using (version, step_index)
      group by 1, 2, 3, 4
    ), counter as (
      select version, step_id, mode, counted, number
      from counters, lateral (values
        ('active', active), ('paused', paused), ('completed', completed), ('failed', failed), ('cancelled', cancelled)
      ) as part (counted, number)
      where workflow_id = ${workflowId}
    )
    select version, step_id as "stepId", mode, counted,
      coalesce(counter.number, 0) as "counter", coalesce(actual.number, 0) as rows
    from counter full join actual using (version, step_id, mode, counted)
    where coalesce(counter.number, 0) <> coalesce(actual.number, 0)
    order by 1, 2, 3, 4`.execute(db);
  return rows;
}
