import type { MessageShape } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import { transact } from '@drippulse/db';
import {
  type DeleteWorkflowRequestSchema,
  type DeleteWorkflowResponseSchema,
  WorkflowsService,
} from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import type { Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { announce } from '../workflows/announce.ts';
import { nextChange } from '../workflows/change-log.ts';
import { appendWorkflowEvent, type Change } from '../workflows/events.ts';
import { lockWorkflow, type WorkflowRow } from '../workflows/rows.ts';

const { deleteWorkflow: method } = WorkflowsService.method;

/** The row stays, marked: whoever reads the change log later must learn that it is gone. */
export async function deleteWorkflow(
  ctx: Context,
  request: MessageShape<typeof DeleteWorkflowRequestSchema>,
  call: HandlerContext,
): Promise<MessageShape<typeof DeleteWorkflowResponseSchema>> {
  let change: Change | undefined;
  const response = await transact(ctx, call, method, request, async (trx, { organizationId }) => {
    const before = await lockWorkflow(trx, organizationId, request.id);
    change = { kind: 'deleted', row: await markDeleted(ctx, trx, before) };
    await appendWorkflowEvent(trx, change);
    return {};
  });
  if (change) await announce(ctx, call, change);
  return response;
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
