import type { MessageShape } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import { transact } from '@drippulse/db';
import {
  type ArchiveWorkflowRequestSchema,
  type ArchiveWorkflowResponseSchema,
  WorkflowsService,
} from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import type { Context } from '../context.ts';
import { announce } from '../workflows/announce.ts';
import type { Change } from '../workflows/events.ts';
import { lockWorkflow } from '../workflows/rows.ts';
import { saveChanges } from '../workflows/save.ts';
import { toProto } from '../workflows/to-proto.ts';

export async function archiveWorkflow(
  ctx: Context,
  request: MessageShape<typeof ArchiveWorkflowRequestSchema>,
  call: HandlerContext,
): Promise<MessageShape<typeof ArchiveWorkflowResponseSchema>> {
  let change: Change | undefined;
  const { archiveWorkflow: method } = WorkflowsService.method;
  const response = await transact(ctx, call, method, request, async (trx, { organizationId }) => {
    const before = await lockWorkflow(trx, organizationId, request.id);
    change = await saveChanges(ctx, trx, before, { status: 'archived' });
    return { workflow: toProto(change?.row ?? before) };
  });
  if (change) await announce(ctx, call, change);
  return response;
}
