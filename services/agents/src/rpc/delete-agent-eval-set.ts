import type { HandlerContext } from '@connectrpc/connect';
import { AgentEvalSetsService, type DeleteAgentEvalSetRequest } from '@drippulse/proto/drippulse/agents/v1/evals_pb';
import { transact } from '@drippulse/writes';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { lockEvalSet } from '../evals/rows.ts';

export async function deleteAgentEvalSet(ctx: Context, request: DeleteAgentEvalSetRequest, call: HandlerContext) {
  const { deleteAgentEvalSet: method } = AgentEvalSetsService.method;
  return transact(ctx, call, method, request, async (trx, { organizationId }) => {
    const { id } = await lockEvalSet(trx, organizationId, request.id);
    // An active run loses its job, and cannot store any more results.
    await sql`delete from jobs where id in (select id from eval_runs where eval_set_id = ${id})`.execute(trx);
    await trx.deleteFrom('eval_sets').where('organization_id', '=', organizationId).where('id', '=', id).execute();
    return {};
  });
}
