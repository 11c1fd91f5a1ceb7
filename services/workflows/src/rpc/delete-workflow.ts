import type { HandlerContext } from '@connectrpc/connect';
import { type DeleteWorkflowRequest, WorkflowsService } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import type { Transaction } from 'kysely';
import { commitChange } from '../changes/commit-change.ts';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { nextChange } from '../workflows/change-log.ts';
import type { Change } from '../workflows/events.ts';
import { lockWorkflow, type WorkflowRow } from '../workflows/rows.ts';

/** Marks the row as deleted instead of removing it, so that later readers of the change log see the deletion. */
export async function deleteWorkflow(ctx: Context, request: DeleteWorkflowRequest, call: HandlerContext) {
  return commitChange(ctx, call, WorkflowsService.method.deleteWorkflow, request, async (trx, { organizationId }) => {
    const before = await lockWorkflow(trx, organizationId, request.id);
    const change: Change = { kind: 'deleted', row: await markDeleted(ctx, trx, before) };
    return { change, response: {} };
  });
}

async function markDeleted(ctx: Context, trx: Transaction<DB>, before: WorkflowRow): Promise<WorkflowRow> {
  const now = ctx.clock.now();
  const written = {
    sequence: before.sequence + 1n,
    change: await nextChange(trx),
    updated_at: now,
    deleted_at: now,
  };
  await trx
    .updateTable('workflows')
    .set(written)
    .where('organization_id', '=', before.organization_id)
    .where('id', '=', before.id)
    .execute();
  return { ...before, ...written };
}
