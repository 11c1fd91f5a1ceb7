import type { MessageInitShape } from '@bufbuild/protobuf';
import type { Definition } from '@drippulse/engine';
import type { StepFunnelSchema } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import type { Mode } from '@drippulse/rpc';
import { type RawBuilder, type Selectable, sql } from 'kysely';
import type { Counters } from '../db/schema.ts';
import type { Definitions } from '../definitions/definitions.ts';
import { stepIdAt } from '../definitions/step-at.ts';
import type { DueCount, DueCounts } from './due-counts.ts';
import { type MarkRow, marksToProto } from './marks.ts';

type Source = { definitions: Definitions; dueCounts: DueCounts };

export type CounterRow = Pick<
  Selectable<Counters>,
  'step_id' | 'active' | 'paused' | 'completed' | 'failed' | 'cancelled'
>;

/** Selects a workflow's counters for the enrollments of one mode. */
export function countersQuery(workflowId: bigint, mode: Mode): RawBuilder<CounterRow> {
  return sql`
    select step_id, active, paused, completed, failed, cancelled from counters
    where workflow_id = ${workflowId} and mode = ${mode}`;
}

/** Counts due runs by step id, so that runs of older versions count too. */
export async function dueByStep(
  source: Source,
  workflowId: bigint,
  mode: Mode,
  counted: DueCount[],
): Promise<Map<string, bigint>> {
  const counts = await source.dueCounts.of(workflowId, counted);
  const due = new Map<string, bigint>();
  for (const row of counts.filter((count) => count.mode === mode)) {
    const stepId = await stepIdOf(source, workflowId, row);
    due.set(stepId, (due.get(stepId) ?? 0n) + row.count);
  }
  return due;
}

async function stepIdOf({ definitions }: Source, workflowId: bigint, row: DueCount): Promise<string> {
  return stepIdAt(await definitions.get(workflowId, row.version), row.stepIndex);
}

/**
 * Returns the numbers at the steps of the current version, and the totals over all versions. Paused enrollments are
 * neither waiting nor running.
 */
export function toFunnel(
  definition: Definition,
  counters: readonly CounterRow[],
  due: ReadonlyMap<string, bigint>,
  marks: readonly MarkRow[] = [],
): MessageInitShape<typeof StepFunnelSchema> {
  const sum = (rows: readonly CounterRow[], counted: Exclude<keyof CounterRow, 'step_id'>) =>
    rows.reduce((total, row) => total + row[counted], 0n);
  const steps = definition.steps.map((step, index) => {
    const rows = counters.filter((row) => row.step_id === step.id);
    const active = sum(rows, 'active');
    const waiting = atLeastZero(active - sum(rows, 'paused') - (due.get(step.id) ?? 0n));
    return {
      stepIndex: index,
      stepNumber: index + 1,
      name: step.name,
      type: step.type,
      activeLeads: active,
      waitingLeads: waiting,
      runningLeads: active - waiting,
    };
  });
  const [active, completed, failed, cancelled] = (['active', 'completed', 'failed', 'cancelled'] as const).map(
    (counted) => sum(counters, counted),
  ) as [bigint, bigint, bigint, bigint];
  return {
    steps,
    totals: {
      active,
      paused: sum(counters, 'paused'),
      completed,
      failed,
      cancelled,
      totalEnrollments: active + completed + failed + cancelled,
      ...marksToProto(marks),
    },
  };
}

/** Returns the total of the counters. */
export function totalOf(counters: readonly CounterRow[]): bigint {
  return counters.reduce((total, row) => total + row.active + row.completed + row.failed + row.cancelled, 0n);
}

/** Returns at least zero, because a background count of due runs may be ahead of the counters. */
function atLeastZero(value: bigint): bigint {
  return value < 0n ? 0n : value;
}
