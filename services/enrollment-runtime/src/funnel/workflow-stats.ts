import type { Mode } from '@drippulse/rpc';
import { type RawBuilder, sql } from 'kysely';

/** The counts of a workflow's enrollments in one mode. */
export type StatsRow = {
  workflow_id: bigint;
  active: bigint;
  paused: bigint;
  completed: bigint;
  failed: bigint;
  cancelled: bigint;
  last_fired_at: Date | null;
  failures_24h: bigint;
};

type Source = { dbNow: RawBuilder<Date> };

/** Failures are counted up to this number, so that a workflow with many failures costs no more than its counters. */
const failureCap = 1_000;

/**
 * Counts the enrollments of workflows of an organization. Each lateral subquery reads one workflow through an index.
 * The cost of each workflow is therefore its counters, one row and its failures.
 */
export function statsQuery(
  { dbNow }: Source,
  { organizationId, workflowIds, mode }: { organizationId: bigint; workflowIds: readonly bigint[]; mode: Mode },
): RawBuilder<StatsRow> {
  return sql`
    select lane.workflow_id, counted.*, newest.created_at as last_fired_at, failing.number as failures_24h
    from lanes as lane
    cross join lateral (
      select coalesce(sum(active), 0)::bigint as active, coalesce(sum(paused), 0)::bigint as paused,
        coalesce(sum(completed), 0)::bigint as completed, coalesce(sum(failed), 0)::bigint as failed,
        coalesce(sum(cancelled), 0)::bigint as cancelled
      from counters where workflow_id = lane.workflow_id and mode = ${mode}
    ) as counted
    left join lateral (
      select created_at from enrollments
      where workflow_id = lane.workflow_id and mode = ${sql.lit(mode)} order by id desc limit 1
    ) as newest on true
    cross join lateral (
      select count(*) as number from (
        select from outcomes
        where workflow_id = lane.workflow_id and mode = ${mode} and status = 'failed'
          and ended_at > ${dbNow} - interval '24 hours'
        limit ${failureCap}
      ) as recent
    ) as failing
    where lane.workflow_id = any(${workflowIds}::bigint[]) and lane.organization_id = ${organizationId}`;
}

/** Counts the enrollments of a workflow that have not ended, in the given versions. */
export function activeQuery(of: {
  organizationId: bigint;
  workflowId: bigint;
  versions: readonly number[];
  mode: Mode;
}): RawBuilder<{ version: number; active: bigint }> {
  const { organizationId, workflowId, versions, mode } = of;
  return sql`
    select version, sum(active)::bigint as active from counters
    where workflow_id = ${workflowId} and version = any(${versions}::int[]) and mode = ${mode}
      and exists (select from lanes where workflow_id = ${workflowId} and organization_id = ${organizationId})
    group by version having sum(active) > 0`;
}
