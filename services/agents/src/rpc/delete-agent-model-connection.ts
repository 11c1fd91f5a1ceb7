import type { HandlerContext } from '@connectrpc/connect';
import {
  AgentModelConnectionService,
  type DeleteAgentModelConnectionRequest,
} from '@drippulse/proto/drippulse/agents/v1/model_connection_pb';
import { transact } from '@drippulse/writes';
import type { Context } from '../context.ts';
import { modelConnectionNotFound } from '../model-connections/rows.ts';

export async function deleteAgentModelConnection(
  ctx: Context,
  request: DeleteAgentModelConnectionRequest,
  call: HandlerContext,
) {
  const { deleteAgentModelConnection: method } = AgentModelConnectionService.method;
  return transact(ctx, call, method, request, async (trx, { organizationId }) => {
    const { numDeletedRows } = await trx
      .deleteFrom('model_connections')
      .where('organization_id', '=', organizationId)
      .executeTakeFirst();
    if (numDeletedRows === 0n) throw modelConnectionNotFound();
    return {};
  });
}
