import type { HandlerContext } from '@connectrpc/connect';
import { AgentEvalSetsService, type DeleteAgentEvalCaseRequest } from '@drippulse/proto/drippulse/agents/v1/evals_pb';
import { transact } from '@drippulse/writes';
import type { Context } from '../context.ts';
import { caseNotFound, lockEvalSet } from '../evals/rows.ts';

export async function deleteAgentEvalCase(ctx: Context, request: DeleteAgentEvalCaseRequest, call: HandlerContext) {
  const { deleteAgentEvalCase: method } = AgentEvalSetsService.method;
  return transact(ctx, call, method, request, async (trx, { organizationId }) => {
    const { id: evalSetId } = await lockEvalSet(trx, organizationId, request.evalSetId);
    const deleted = await trx
      .deleteFrom('eval_cases')
      .where('organization_id', '=', organizationId)
      .where('eval_set_id', '=', evalSetId)
      .where('id', '=', request.id)
      .returning('id')
      .executeTakeFirst();
    if (deleted === undefined) throw caseNotFound();
    return {};
  });
}
