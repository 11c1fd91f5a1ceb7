import type { Mode } from '@drippulse/rpc';
import { sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { parseSteps } from '../definitions/sealed-steps.ts';
import { openSettings } from '../definitions/settings.ts';
import type { LaneState } from './lane.ts';
import { syncSchedule } from './sync-schedule.ts';
import { syncTrigger } from './sync-trigger.ts';

/** A workflow after a change. `sequence` is the version of its row. */
export type WorkflowChange = {
  organizationId: bigint;
  workflowId: bigint;
  sequence: bigint;
  version: number;
  mode: Mode;
  state: LaneState;
  name: string;
  /** JSON text, with credentials masked. */
  steps: string;
  /** JSON text of the settings of the version. */
  settings: string;
  /** The sealed box with the masked texts; null when nothing is masked. */
  sealed: Buffer | null;
};

/**
 * Applies a change to the lane of a workflow, unless this change or a later one was applied already. The lock on the
 * lane waits for transactions that enroll or move runs: after the commit no run of a paused lane moves.
 */
export async function applyWorkflow(ctx: Context, change: WorkflowChange): Promise<void> {
  const { workflowId, version } = change;
  const applied = await ctx.db.kysely.transaction().execute(async (trx) => {
    await trx
      .insertInto('workflow_versions')
      .values({
        workflow_id: workflowId,
        version,
        steps: change.steps,
        settings: change.settings,
        sealed: change.sealed,
      })
      // A version never changes, so an existing row stays.
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    const isHigher = (await insertLane(trx, change)) || (await updateLane(ctx, trx, change));
    if (!isHigher) return false;
    const steps = parseSteps(change.steps);
    await syncSchedule(ctx, trx, { ...change, steps });
    await syncTrigger(trx, { ...change, steps, settings: openSettings(change.settings, steps) });
    return true;
  });
  if (!applied) return;
  ctx.wake.advance();
  ctx.wake.drain();
  ctx.wake.schedules();
}

async function insertLane(trx: Transaction<DB>, change: WorkflowChange): Promise<boolean> {
  const { organizationId, workflowId, sequence, version, mode, state, name } = change;
  const { numInsertedOrUpdatedRows } = await trx
    .insertInto('lanes')
    .values({ workflow_id: workflowId, organization_id: organizationId, sequence, version, mode, state, name })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow();
  return numInsertedOrUpdatedRows === 1n;
}

async function updateLane(ctx: Context, trx: Transaction<DB>, change: WorkflowChange): Promise<boolean> {
  const { organizationId, workflowId, sequence, version, state, name } = change;
  const before = await trx
    .selectFrom('lanes')
    .select(['sequence', 'running'])
    .where('workflow_id', '=', workflowId)
    .where('organization_id', '=', organizationId)
    .forUpdate()
    .executeTakeFirst();
  if (before === undefined || before.sequence >= sequence) return false;
  const resumes = !before.running && state !== 'paused' && state !== 'deleted';
  await trx
    .updateTable('lanes')
    .set({
      sequence,
      version,
      state,
      name,
      draining: state === 'deleted',
      updated_at: sql`now()`,
      // Runs that became due during the pause resume at a bounded rate.
      ...(resumes && { catching_up: true, wake_at: ctx.dbNow }),
    })
    .where('workflow_id', '=', workflowId)
    .execute();
  return true;
}
