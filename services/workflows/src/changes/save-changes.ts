import type { Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { requireOpenProject } from '../projects/open-project.ts';
import { nextChange } from '../workflows/change-log.ts';
import { appendWorkflowEvent, type Change, type ChangeKind } from '../workflows/events.ts';
import { type Graph, isSameJson, requireRunnable, storedSteps, toStepsText } from '../workflows/graph.ts';
import type { WorkflowRow } from '../workflows/rows.ts';
import type { Status } from '../workflows/statuses.ts';
import { insertVersion } from '../workflows/versions.ts';

/** The columns to change; absent members stay as they are. */
export type Changes = {
  name?: string;
  description?: string | null;
  status?: Status;
  project_id?: bigint | null;
  integrations?: string;
  graph?: Graph;
};

/** Writes the changes and their event. Returns undefined, without writing, when nothing changes. */
export async function saveChanges(
  ctx: Context,
  trx: Transaction<DB>,
  before: WorkflowRow,
  changes: Changes,
): Promise<Change | undefined> {
  const { graph, ...columns } = changes;
  const wanted = { ...before, ...columns };
  if (graph !== undefined) wanted.steps = toStepsText(graph, storedSteps(before.steps));
  const isNewVersion = !isSameJson(wanted.steps, before.steps);
  if (!isNewVersion && isSameRow(wanted, before)) return undefined;
  if (wanted.project_id !== before.project_id) await requireOpenProject(trx, before.organization_id, wanted.project_id);
  if (wanted.status === 'active' && (isNewVersion || before.status !== 'active')) requireRunnable(wanted.steps);

  const after = {
    ...wanted,
    version: isNewVersion ? before.version + 1 : before.version,
    sequence: before.sequence + 1n,
    change: await nextChange(trx),
    updated_at: ctx.clock.now(),
  };
  if (isNewVersion) await insertVersion(trx, after);
  const { id, organization_id, created_at, steps, ...written } = after;
  await trx
    .updateTable('workflows')
    .set(written)
    .where('organization_id', '=', organization_id)
    .where('id', '=', id)
    .execute();
  const change = { kind: kindOf(before, after), row: after };
  await appendWorkflowEvent(trx, change);
  return change;
}

function isSameRow(wanted: WorkflowRow, before: WorkflowRow): boolean {
  return (
    wanted.name === before.name &&
    wanted.description === before.description &&
    wanted.status === before.status &&
    wanted.project_id === before.project_id &&
    isSameJson(wanted.integrations, before.integrations)
  );
}

function kindOf(before: WorkflowRow, after: WorkflowRow): ChangeKind {
  return after.status === 'archived' && before.status !== 'archived' ? 'archived' : 'updated';
}
