import type { HandlerContext } from '@connectrpc/connect';
import type { GetAgentModelRequest } from '@drippulse/proto/drippulse/agents/v1/trainings_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { requireScorer } from '../models/require-scorer.ts';
import { findModel, rulesVersion } from '../models/rows.ts';
import { modelToProto, rulesToProto } from '../models/to-proto.ts';

export async function getAgentModel(ctx: Context, { agentId, version }: GetAgentModelRequest, call: HandlerContext) {
  const { organizationId } = callerOf(call);
  const { agent, configuration } = await requireScorer(ctx, organizationId, agentId);
  if (version === rulesVersion) return { model: rulesToProto(agent, configuration) };
  return { model: modelToProto(await findModel(ctx.db.kysely, { organizationId, agentId, version }), agent) };
}
