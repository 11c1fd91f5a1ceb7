import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { dimensions } from '../rollups/dimensions.ts';
import { factKinds } from '../rollups/kinds.ts';
import { daysOf } from '../tables/days.ts';
import { type Cell, type Column, number, type Page, type Table, text } from '../tables/table.ts';
import type { Reading } from './source.ts';
import { workflowNames } from './workflow-names.ts';

/** The kinds of facts, in the order of their columns. */
const kinds = {
  started: factKinds.enrollment_started,
  completed: factKinds.enrollment_completed,
  failed: factKinds.enrollment_failed,
  cancelled: factKinds.enrollment_cancelled,
  exited: factKinds.enrollment_exited,
} as const;

const counts: Column[] = [
  number('started', 'Started'),
  number('completed', 'Completed'),
  number('failed', 'Failed'),
  number('cancelled', 'Cancelled'),
  number('exited', 'Ended by a goal'),
];

/** Counts enrollments by workflow, or of one workflow by day. The period is rounded to whole quarter hours. */
export async function workflowPerformance(ctx: Context, reading: Reading): Promise<Table> {
  return reading.parameters.workflowId === undefined
    ? byWorkflow(ctx, reading)
    : byDay(ctx, reading, reading.parameters.workflowId);
}

async function byWorkflow(ctx: Context, { caller, parameters }: Reading): Promise<Table> {
  const { rows } = await sql<{ key: string; kind: number; count: bigint }>`
    select key, kind, sum(count)::bigint as count from rollup_quarters
    where organization_id = ${caller.organizationId} and mode = ${caller.mode}
      and kind in (${sql.join(Object.values(kinds))})
      and dimension = ${dimensions.workflow} and workflow_id = 0
      and at >= ${parameters.from} and at < ${parameters.to}
    group by key, kind`.execute(ctx.db.kysely);
  const keys = [...new Set(rows.map(({ key }) => key))].sort((a, b) => Number(a) - Number(b));
  const names = await workflowNames(ctx, caller, keys.map(BigInt));
  const countOf = counterOf(rows);
  return {
    title: 'Workflow performance',
    columns: [number('workflow_id', 'Workflow'), text('workflow_name', 'Name'), ...counts],
    pages: onePage(keys.map((key) => [BigInt(key), names.get(BigInt(key)) ?? null, ...countOf(key)])),
    chart: { label: 'workflow_name', value: 'started' },
  };
}

async function byDay(ctx: Context, { caller, parameters, timezone }: Reading, workflowId: bigint): Promise<Table> {
  const { rows } = await sql<{ key: string; kind: number; count: bigint }>`
    select (at at time zone ${timezone})::date::text as key, kind, sum(count)::bigint as count from rollup_quarters
    where organization_id = ${caller.organizationId} and mode = ${caller.mode}
      and kind in (${sql.join(Object.values(kinds))})
      and dimension = ${dimensions.total} and workflow_id = ${workflowId} and variant = ''
      and at >= ${parameters.from} and at < ${parameters.to}
    group by 1, 2`.execute(ctx.db.kysely);
  const countOf = counterOf(rows);
  return {
    title: 'Workflow performance',
    columns: [text('day', 'Day'), ...counts],
    pages: onePage(daysOf(parameters, timezone).map(({ day }) => [day, ...countOf(day)])),
    chart: { label: 'day', value: 'started' },
  };
}

function counterOf(rows: readonly { key: string; kind: number; count: bigint }[]): (key: string) => bigint[] {
  const found = new Map(rows.map(({ key, kind, count }) => [`${key}:${kind}`, count]));
  return (key) => Object.values(kinds).map((kind) => found.get(`${key}:${kind}`) ?? 0n);
}

async function* onePage(rows: Cell[][]): AsyncGenerator<Page> {
  yield { rows, done: 1 };
}
