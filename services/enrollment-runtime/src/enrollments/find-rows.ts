import { type Kysely, sql } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { deliveryCounts } from './delivery-counts.ts';
import type { EnrollmentRow, EnrollmentStatus, Mode } from './enrollment-row.ts';
import { lineAt } from './timeline-lines.ts';

type JoinedRow = {
  id: bigint;
  organization_id: bigint;
  workflow_id: bigint;
  version: number;
  mode: Mode;
  hops: number;
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
  last_error: string | null;
};

/** `lines` is how many lines its timeline was given, whether they are still kept or not. */
export type LocatedRow = EnrollmentRow & { lines: number };

/**
 * Reads enrollments of a workflow by id, newest first, those of another organization or gone left out. Each part is
 * looked up by its key (the lateral limits see to it), so that the cost is that of the rows asked for.
 */
export async function findRows(
  ctx: Context,
  db: Kysely<DB>,
  scope: { organizationId: bigint; workflowId: bigint; ids: readonly bigint[] },
): Promise<{ rows: LocatedRow[]; now: Date }> {
  const { organizationId, workflowId, ids } = scope;
  const { rows } = await sql<JoinedRow & { now: Date }>`
    select e.id, e.organization_id, e.workflow_id, e.version, e.mode, e.hops, e.agent_id, e.lead_ref, e.timezone, e.email,
      e.first_name, e.last_name, e.created_at, place.*,
      line.step_index as line_step_index, line.status as line_status, line.message as line_message, line.at as line_at,
      failure.error as last_error, ${ctx.dbNow} as now
    from unnest(${ids}::bigint[]) as asked (id)
    cross join lateral (
      select * from enrollments
      where workflow_id = ${workflowId} and id = asked.id and organization_id = ${organizationId} limit 1
    ) as e
    cross join lateral (${placeOf(workflowId)}) as place
    left join lateral (${lineAt(sql`asked.id`, sql`place.lines`)}) as line on true
    left join lateral (${lineAt(sql`asked.id`, sql`place.error_line`)}) as failure on true
    order by e.id desc`.execute(db);
  const countsOf = await deliveryCounts(
    db,
    rows.map((row) => row.id),
  );
  return {
    rows: rows.map((row) => ({ ...toRow(row), deliveries: countsOf(row.id) })),
    now: rows[0]?.now ?? new Date(),
  };
}

/** Where `asked.id` stands: among the living or among the ended. */
function placeOf(workflowId: bigint) {
  return sql`
    select status, step_index, next_run_at, updated_at, null::timestamptz as ended_at, lines, error_line
    from runs where workflow_id = ${workflowId} and enrollment_id = asked.id
    union all
    select status, step_index, null, ended_at, ended_at, lines, error_line
    from outcomes where workflow_id = ${workflowId} and enrollment_id = asked.id
    limit 1`;
}

function toRow(row: JoinedRow): Omit<LocatedRow, 'deliveries'> {
  return {
    id: row.id,
    organizationId: row.organization_id,
    workflowId: row.workflow_id,
    version: row.version,
    mode: row.mode,
    hops: row.hops,
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
  };
}

function lineOf({ line_step_index, line_status, line_message, line_at }: JoinedRow): EnrollmentRow['lastLine'] {
  if (line_step_index === null || line_status === null || line_at === null) return null;
  return { stepIndex: line_step_index, status: line_status, message: line_message ?? '', at: line_at };
}
