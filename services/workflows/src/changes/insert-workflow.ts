import type { Step } from '@drippulse/engine';
import type { Caller } from '@drippulse/rpc';
import type { Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { requireOpenProject } from '../projects/open-project.ts';
import { nextChange } from '../workflows/change-log.ts';
import type { WorkflowRow } from '../workflows/rows.ts';
import type { Status } from '../workflows/statuses.ts';
import { sealSteps } from '../workflows/step-secrets.ts';
import { insertVersion } from '../workflows/versions.ts';

/** Columns of a new workflow, and its steps with their credentials. */
export type NewWorkflow = {
  name: string;
  description: string | null;
  status: Status;
  project_id: bigint | null;
  integrations: string;
  settings: string;
  steps: readonly Step[];
};

/** Inserts a workflow with its first version. The caller appends the event. */
export async function insertWorkflow(
  ctx: Context,
  trx: Transaction<DB>,
  { organizationId, mode, actor }: Caller,
  { steps, settings, ...columns }: NewWorkflow,
): Promise<WorkflowRow> {
  await requireOpenProject(trx, organizationId, columns.project_id);
  const now = ctx.clock.now();
  const inserted = await trx
    .insertInto('workflows')
    .values({
      ...columns,
      organization_id: organizationId,
      mode,
      version: 1,
      sequence: 1n,
      change: await nextChange(trx),
      created_at: now,
      updated_at: now,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  // The steps are sealed with the id, so the row is inserted first.
  const row = { ...inserted, settings, ...sealSteps(ctx.sealer, inserted.id, steps) };
  await insertVersion(trx, row, actor);
  return row;
}
