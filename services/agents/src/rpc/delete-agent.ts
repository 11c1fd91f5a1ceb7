import type { HandlerContext } from '@connectrpc/connect';
import { AgentsService, type DeleteAgentRequest } from '@drippulse/proto/drippulse/agents/v1/agents_pb';
import { transact } from '@drippulse/writes';
import { lockAgent } from '../agents/rows.ts';
import type { Context } from '../context.ts';

/**
 * Deletes an agent. The removal loop then cancels its executions and removes their rows in slices, because there may be
 * a million rows.
 */
export async function deleteAgent(ctx: Context, request: DeleteAgentRequest, call: HandlerContext) {
  const response = await transact(
    ctx,
    call,
    AgentsService.method.deleteAgent,
    request,
    async (trx, { organizationId }) => {
      const { id } = await lockAgent(trx, organizationId, request.id);
      const now = ctx.clock.now();
      await trx
        .updateTable('agents')
        .set({ deleted_at: now, updated_at: now })
        .where('organization_id', '=', organizationId)
        .where('id', '=', id)
        .execute();
      return {};
    },
  );
  ctx.wake.removals();
  return response;
}
