import type { HandlerContext } from '@connectrpc/connect';
import { DomainError, refuseViolations } from '@drippulse/errors';
import { AgentEvalSetsService, type CreateAgentEvalSetRequest } from '@drippulse/proto/drippulse/agents/v1/evals_pb';
import { transact } from '@drippulse/writes';
import { sql } from 'kysely';
import { agentNotFound, lockAgent } from '../agents/rows.ts';
import type { Context } from '../context.ts';
import { evalSetToProto } from '../evals/to-proto.ts';
import { lengthProblem } from '../templates/names.ts';

const mostSets = 50;

export async function createAgentEvalSet(ctx: Context, request: CreateAgentEvalSetRequest, call: HandlerContext) {
  const { agentId = 0n, name = '' } = request;
  refuseViolations(lengthProblem('name', name, 1, 255));
  const { createAgentEvalSet: method } = AgentEvalSetsService.method;
  return transact(ctx, call, method, request, async (trx, { organizationId, mode }) => {
    const agent = await lockAgent(trx, organizationId, agentId);
    if (agent.mode !== mode) throw agentNotFound();
    if (agent.template_id === null) {
      throw new DomainError('failed_precondition', 'wrong_agent_type', 'Only agents of templates have versions.');
    }
    const { rows } = await sql<{ count: bigint }>`
      select count(*) as count from eval_sets where organization_id = ${organizationId} and agent_id = ${agent.id}`.execute(
      trx,
    );
    if ((rows[0]?.count ?? 0n) >= mostSets) {
      throw new DomainError('failed_precondition', 'eval_set_full', `An agent has at most ${mostSets} eval sets.`);
    }
    const row = await trx
      .insertInto('eval_sets')
      .values({ organization_id: organizationId, agent_id: agent.id, mode, name, created_at: ctx.clock.now() })
      .returningAll()
      .executeTakeFirstOrThrow();
    return { evalSet: evalSetToProto(row, 0n) };
  });
}
