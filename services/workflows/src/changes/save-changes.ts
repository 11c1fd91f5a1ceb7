import { stringifyJson } from '@drippulse/json';
import type { Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { requireOpenProject } from '../projects/open-project.ts';
import { nextChange } from '../workflows/change-log.ts';
import type { Change, ChangeKind } from '../workflows/events.ts';
import { type Graph, isSameJson, requireRunnable, withKeptIds } from '../workflows/graph.ts';
import type { WorkflowRow } from '../workflows/rows.ts';
import type { Status } from '../workflows/statuses.ts';
import { openSteps, type StoredSteps, sealSteps, unmaskSteps } from '../workflows/step-secrets.ts';
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

/** Writes the changes; the caller appends their event. Returns undefined, without writing, when nothing changes. */
export async function saveChanges(
  ctx: Context,
  trx: Transaction<DB>,
  before: WorkflowRow,
  changes: Changes,
): Promise<Change | undefined> {
  const { graph, ...columns } = changes;
  const stored = graph === undefined ? undefined : newSteps(ctx, before, graph);
  const wanted = { ...before, ...columns, ...stored };
  const isNewVersion = stored !== undefined;
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
  const { id, organization_id, mode, created_at, steps, sealed, is_masked, ...written } = after;
  await trx
    .updateTable('workflows')
    .set(written)
    .where('organization_id', '=', organization_id)
    .where('id', '=', id)
    .execute();
  return { kind: kindOf(before, after), row: after };
}

/** The columns of a new version; undefined when the steps stay the same, their credentials included. */
function newSteps(ctx: Context, before: WorkflowRow, graph: Graph): StoredSteps | undefined {
  const former = openSteps(ctx.sealer, before);
  const steps = unmaskSteps(withKeptIds(graph, former), former);
  return isSameJson(stringifyJson(steps), stringifyJson(former)) ? undefined : sealSteps(ctx.sealer, before.id, steps);
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
