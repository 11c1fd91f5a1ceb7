import type { HandlerContext } from '@connectrpc/connect';
import type { ListAgentModelsRequest } from '@drippulse/proto/drippulse/agents/v1/trainings_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { requireScorer } from '../models/require-scorer.ts';
import { selectModels } from '../models/rows.ts';
import { modelToProto, rulesToProto } from '../models/to-proto.ts';

const mostShown = 100;

export async function listAgentModels(ctx: Context, { agentId }: ListAgentModelsRequest, call: HandlerContext) {
  const { organizationId } = callerOf(call);
  const { agent, configuration } = await requireScorer(ctx, organizationId, agentId);
  const models = selectModels(ctx.db.kysely, { organizationId, agentId });
  const rows = await models
    .selectAll()
    .orderBy('version', 'desc')
    .limit(mostShown - 1)
    .execute();
  const { count } = await models.select(({ fn }) => fn.countAll<bigint>().as('count')).executeTakeFirstOrThrow();
  return {
    models: [...rows.map((row) => modelToProto(row, agent)), rulesToProto(agent, configuration)],
    totalCount: count + 1n,
  };
}
