import { sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { isLaneSuspended } from '../lanes/lane.ts';

/** Maximum number of lanes in one claim. */
const takenLanes = 32;
/**
 * Maximum number of due lanes among which a claim chooses. An organization with more due lanes delays others only until
 * these lanes are taken.
 */
const candidates = 2_000;

export type DueLane = { workflowId: bigint; catchingUp: boolean };

export type TakenLanes = { now: Date; lanes: DueLane[]; nextWakeMs: number | undefined };

/**
 * Locks due lanes, by organization in turn, beginning with the lanes that have been due the longest. Skips lanes that
 * another worker has locked. If no lane is due, returns the time at which the next lane is due.
 */
export async function takeLanes(
  ctx: Context,
  trx: Transaction<DB>,
  { busyLanes, busyOrganizations }: { busyLanes: readonly bigint[]; busyOrganizations: readonly bigint[] },
): Promise<TakenLanes> {
  const mayTake = sql`workflow_id <> all (${busyLanes}::bigint[])
    and organization_id <> all (${busyOrganizations}::bigint[]) and not ${isLaneSuspended}`;
  const { rows } = await sql<{
    now: Date;
    workflow_id: bigint | null;
    catching_up: boolean;
    next_wake_ms: number | null;
  }>`
    with clock as materialized (select ${ctx.dbNow} as now),
    due as materialized (
      select workflow_id, organization_id, wake_at
      from lanes
      where running and wake_at is not null and wake_at <= (select now from clock)
        and ${mayTake}
      order by wake_at limit ${candidates}
    ), turns as materialized (
      select workflow_id, row_number() over (partition by organization_id order by wake_at) as turn, wake_at from due
      order by turn, wake_at limit ${takenLanes}
    ), taken as materialized (
      select lanes.workflow_id, lanes.catching_up
      from turns
      join lanes on lanes.workflow_id = turns.workflow_id
        and lanes.running and lanes.wake_at <= (select now from clock)
      for no key update of lanes skip locked
    )
    select clock.now, taken.workflow_id, taken.catching_up,
      case when taken.workflow_id is null then (
        select extract(epoch from min(wake_at) - (select now from clock)) * 1000
        from lanes where running and wake_at is not null and ${mayTake}
      )::float8 end as next_wake_ms
    from clock left join taken on true`.execute(trx);
  const [first] = rows;
  if (first === undefined) throw new Error('the database returned no time');
  const lanes = rows.flatMap(({ workflow_id, catching_up }) =>
    workflow_id === null ? [] : [{ workflowId: workflow_id, catchingUp: catching_up }],
  );
  return { now: first.now, lanes, nextWakeMs: first.next_wake_ms ?? undefined };
}
