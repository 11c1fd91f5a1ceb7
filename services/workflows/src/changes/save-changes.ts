import { isDeepStrictEqual } from 'node:util';
import type { JsonObject } from '@drippulse/json';
import type { Actor } from '@drippulse/rpc';
import type { Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { requireOpenProject } from '../projects/open-project.ts';
import { nextChange } from '../workflows/change-log.ts';
import type { Change, ChangeKind } from '../workflows/events.ts';
import { type Graph, isSameJson, requireRunnable, withKeptIds } from '../workflows/graph.ts';
import type { WorkflowRow } from '../workflows/rows.ts';
import { requireSettings, storedSettings } from '../workflows/settings.ts';
import type { Status } from '../workflows/statuses.ts';
import { openSteps, type StoredSteps, sealSteps, unmaskSteps } from '../workflows/step-secrets.ts';
import { storedSteps } from '../workflows/stored-steps.ts';
import { insertVersion } from '../workflows/versions.ts';

/** Columns to change. Absent members stay as they are. */
export type Changes = {
  name?: string;
  description?: string | null;
  status?: Status;
  project_id?: bigint | null;
  integrations?: string;
  /** The steps and their author. */
  graph?: Graph & { author: Actor };
  /** The settings members of a request, and their author. Null returns a member to its default. */
  settings?: { given: JsonObject; isStrict: boolean; author: Actor };
};

/** Writes the changes. The caller appends their event. Returns undefined, without writing, if nothing changes. */
export async function saveChanges(
  ctx: Context,
  trx: Transaction<DB>,
  before: WorkflowRow,
  changes: Changes,
): Promise<Change | undefined> {
  const { graph, settings, ...columns } = changes;
  const stored = graph === undefined ? undefined : newSteps(ctx, before, graph);
  const wanted = { ...before, ...columns, ...stored };
  wanted.settings = newSettings(before, stored?.steps ?? before.steps, settings);
  const isNewVersion = stored !== undefined || !isSameJson(wanted.settings, before.settings);
  if (!isNewVersion && isSameRow(wanted, before)) return undefined;
  if (wanted.project_id !== before.project_id) await requireOpenProject(trx, before.organization_id, wanted.project_id);
  if (wanted.status === 'active' && (isNewVersion || before.status !== 'active')) {
    requireRunnable(storedSteps(wanted.steps));
  }

  const after = {
    ...wanted,
    version: isNewVersion ? before.version + 1 : before.version,
    sequence: before.sequence + 1n,
    change: await nextChange(trx),
    updated_at: ctx.clock.now(),
  };
  const author = graph?.author ?? settings?.author;
  if (isNewVersion && author !== undefined) await insertVersion(trx, after, author);
  const { id, organization_id, mode, created_at, revision: _, steps, sealed, settings: __, ...written } = after;
  const { revision } = await trx
    .updateTable('workflows')
    .set(written)
    .where('organization_id', '=', organization_id)
    .where('id', '=', id)
    .returning('revision')
    .executeTakeFirstOrThrow();
  return { kind: kindOf(before, after), row: { ...after, revision } };
}

/** Returns the columns of a new version; undefined if the steps and their credentials are unchanged. */
function newSteps(ctx: Context, before: WorkflowRow, graph: Graph): StoredSteps | undefined {
  const former = openSteps(ctx.sealer, before);
  const steps = unmaskSteps(withKeptIds(graph, former), former);
  return isDeepStrictEqual(steps, former) ? undefined : sealSteps(ctx.sealer, before.id, steps);
}

/**
 * Merges the settings of the request into the stored settings. The result must fit the steps, whether the settings or
 * the steps change.
 */
function newSettings(before: WorkflowRow, steps: string, changes: Changes['settings']): string {
  const { given = {}, isStrict = false } = changes ?? {};
  const all = { ...storedSettings(before.settings), ...given };
  return Object.keys(all).length === 0 ? '{}' : requireSettings(all, storedSteps(steps), isStrict);
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
