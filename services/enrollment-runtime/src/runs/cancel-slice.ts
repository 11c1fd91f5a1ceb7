import { sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { endRuns, reportCancelled } from './cancel-runs.ts';

/** A slice takes some milliseconds, during which others wait for a core or the disk. */
const sliceRows = 25;

/** Cancels the next runs of one deleted workflow. Returns how many, or undefined when no workflow is to be drained. */
export async function cancelSlice(ctx: Context): Promise<number | undefined> {
  return ctx.db.kysely.transaction().execute(async (trx) => {
    const lane = await trx
      .selectFrom('lanes')
      .select(['workflow_id', 'organization_id'])
      .where('draining', '=', true)
      .orderBy('workflow_id')
      .limit(1)
      .forUpdate()
      .skipLocked()
      .executeTakeFirst();
    if (lane === undefined) return undefined;
    const { workflow_id: workflowId, organization_id: organizationId } = lane;
    const ids = sql`
      select enrollment_id from runs where workflow_id = ${workflowId} order by enrollment_id limit ${sliceRows}`;
    const cancelled = await endRuns(ctx, trx, { workflowId, ids });
    if (cancelled.size < sliceRows) await stopDraining(trx, workflowId);
    await reportCancelled(ctx, trx, { organizationId, workflowId }, cancelled);
    ctx.metrics.enrollmentEnded('cancelled', cancelled.size);
    return cancelled.size;
  });
}

async function stopDraining(trx: Transaction<DB>, workflowId: bigint): Promise<void> {
  await trx
    .updateTable('lanes')
    .set({ draining: false, wake_at: null })
    .where('workflow_id', '=', workflowId)
    .execute();
}
