import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { countsByOutcome } from './delivery-counts.ts';
import type { DeliveryCounts, EnrollmentRow, EnrollmentStatus, Mode } from './enrollment-row.ts';
import { goalsMetQuery, readGoalsMet } from './goals-met.ts';
import { lineAt } from './timeline-lines.ts';

export type JoinedRow = {
  id: bigint;
  organization_id: bigint;
  workflow_id: bigint;
  version: number;
  mode: Mode;
  hops: number;
  cause: string | null;
  agent_id: bigint | null;
  lead_ref: string | null;
  timezone: string;
  email: string | null;
  first_name: string | null;
  last_name: string | null;
  created_at: Date;
  status: EnrollmentStatus;
  step_index: number;
  next_run_at: Date | null;
  updated_at: Date;
  ended_at: Date | null;
  lines: number;
  line_step_index: number | null;
  line_status: string | null;
  line_message: string | null;
  line_at: Date | null;
  line_held: string | null;
  last_error: string | null;
  outcome: string | null;
  goals_met: string | null;
  now: Date;
} & DeliveryCounts;

/** `lines` is the number of lines ever written to the timeline, including those that were pruned. */
export type LocatedRow = EnrollmentRow & { lines: number };

type Scope = { organizationId: bigint; workflowId: bigint };

/** Reads enrollments of a workflow by id, newest first. Leaves out unknown ids and those of other organizations. */
export async function findRows(
  ctx: Context,
  db: Kysely<DB>,
  { ids, ...scope }: Scope & { ids: readonly bigint[] },
): Promise<{ rows: LocatedRow[]; now: Date }> {
  const asked = askedIds(scope.workflowId, sql`${ids}::bigint[]`);
  const { rows } = await sql<JoinedRow>`${rowsQuery(ctx, scope.organizationId, asked)} order by id desc`.execute(db);
  return { rows: rows.map(toRow), now: rows[0]?.now ?? new Date() };
}

/** Builds SQL for a relation of workflow id and enrollment id, from an array of ids of one workflow's enrollments. */
export function askedIds(workflowId: bigint, ids: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`(select ${workflowId}::bigint as workflow_id, id from unnest(${ids}) as listed (id))`;
}

/**
 * Selects enrollments by a relation of workflow ids and enrollment ids. The lateral limits make the planner look up
 * each joined table by its key, so the cost grows only with the number of ids.
 */
export function rowsQuery(
  ctx: Pick<Context, 'dbNow'>,
  organizationId: bigint,
  asked: RawBuilder<unknown>,
): RawBuilder<JoinedRow> {
  return sql`
    select e.id, e.organization_id, e.workflow_id, e.version, e.mode, e.hops, e.cause, e.agent_id, e.lead_ref, e.timezone,
      e.email, e.first_name, e.last_name, e.created_at, place.*,
      line.step_index as line_step_index, line.status as line_status, line.message as line_message, line.at as line_at,
      line.held as line_held,
      failure.error as last_error, ${goalsMetQuery(sql`asked.workflow_id`, sql`asked.id`)} as goals_met, ${ctx.dbNow} as now,
      counts.sent, counts.opened, counts.clicked, counts.bounced, counts.failed
    from ${asked} as asked
    cross join lateral (
      select * from enrollments
      where workflow_id = asked.workflow_id and id = asked.id and organization_id = ${organizationId} limit 1
    ) as e
    cross join lateral (${placeOfAsked}) as place
    left join lateral (${lineAt(sql`asked.id`, sql`place.step_line`)}) as line on true
    left join lateral (${lineAt(sql`asked.id`, sql`place.error_line`)}) as failure on true
    cross join lateral (
      select ${countsByOutcome} from deliveries where enrollment_id = asked.id
    ) as counts`;
}

/** Selects the state of the enrollment `asked.id` from `runs` or `outcomes`. */
const placeOfAsked = sql`
  select status, step_index, next_run_at, updated_at, null::timestamptz as ended_at, lines,
    coalesce(step_line, lines) as step_line, error_line, null as outcome
  from runs where workflow_id = asked.workflow_id and enrollment_id = asked.id
  union all
  select case when status = 'holdout' then 'completed' else status end, step_index, null, ended_at, ended_at, lines,
    lines, error_line, outcome
  from outcomes where workflow_id = asked.workflow_id and enrollment_id = asked.id
  limit 1`;

export function toRow(row: JoinedRow): LocatedRow {
  const { sent, opened, clicked, bounced, failed } = row;
  return {
    id: row.id,
    organizationId: row.organization_id,
    workflowId: row.workflow_id,
    version: row.version,
    mode: row.mode,
    hops: row.hops,
    cause: row.cause,
    agentId: row.agent_id,
    leadRef: row.lead_ref,
    timezone: row.timezone,
    email: row.email,
    firstName: row.first_name,
    lastName: row.last_name,
    createdAt: row.created_at,
    status: row.status,
    stepIndex: row.step_index,
    nextRunAt: row.next_run_at,
    updatedAt: row.updated_at,
    endedAt: row.ended_at,
    lines: row.lines,
    lastLine: lineOf(row),
    lastError: row.last_error,
    outcome: row.outcome,
    goalsMet: readGoalsMet(row.goals_met),
    deliveries: { sent, opened, clicked, bounced, failed },
  };
}

function lineOf({
  line_step_index,
  line_status,
  line_message,
  line_at,
  line_held,
}: JoinedRow): EnrollmentRow['lastLine'] {
  if (line_step_index === null || line_status === null || line_at === null) return null;
  return { stepIndex: line_step_index, status: line_status, message: line_message ?? '', at: line_at, held: line_held };
}
