import { sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { wakeHeld } from '../messaging/index.ts';
import { isPostponed, postponing } from '../postponements/index.ts';
import { endRuns, reportCancelled } from './cancel-runs.ts';

/**
 * Number of runs in one slice. A slice takes a few milliseconds, during which other work waits for a core or the disk.
 */
const sliceRows = 25;

/**
 * Cancels the next runs of one deleted workflow. Returns the number of cancelled runs; undefined when no deleted
 * workflow has runs.
 */
export async function cancelSlice(ctx: Context): Promise<number | undefined> {
  return postponing(ctx, 'drain_workflow', { run: (named) => cancelNext(ctx, named), otherwise: 0 });
}

async function cancelNext(ctx: Context, named: (item: string) => void): Promise<number | undefined> {
  const done = await ctx.db.kysely.transaction().execute(async (trx) => {
    const lane = await trx
      .selectFrom('lanes')
      .select(['workflow_id', 'organization_id'])
      .where('draining', '=', true)
      .where((eb) => eb.not(isPostponed(ctx, 'drain_workflow', sql`lanes.workflow_id::text`)))
      .orderBy('workflow_id')
      .limit(1)
      .forUpdate()
      .skipLocked()
      .executeTakeFirst();
    if (lane === undefined) return undefined;
    const { workflow_id: workflowId, organization_id: organizationId } = lane;
    named(String(workflowId));
    const ids = sql`
      select enrollment_id from runs where workflow_id = ${workflowId} order by enrollment_id limit ${sliceRows}`;
    const { runs, freed } = await endRuns(ctx, trx, { workflowId, ids, reason: 'workflow_deleted' });
    if (runs.size < sliceRows) await stopDraining(trx, workflowId);
    await reportCancelled(ctx, trx, { organizationId, workflowId }, runs);
    ctx.metrics.enrollmentEnded('cancelled', runs.size);
    return { cancelled: runs.size, freed };
  });
  if (done !== undefined) await wakeHeld(ctx, done.freed);
  return done?.cancelled;
}

async function stopDraining(trx: Transaction<DB>, workflowId: bigint): Promise<void> {
  await trx
    .updateTable('lanes')
    .set({ draining: false, wake_at: null })
    .where('workflow_id', '=', workflowId)
    .execute();
}
