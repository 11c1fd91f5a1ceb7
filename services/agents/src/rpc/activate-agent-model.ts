import type { HandlerContext } from '@connectrpc/connect';
import {
  type ActivateAgentModelRequest,
  AgentTrainingsService,
} from '@drippulse/proto/drippulse/agents/v1/trainings_pb';
import { callerOf } from '@drippulse/rpc';
import { transact } from '@drippulse/writes';
import { lockAgent } from '../agents/rows.ts';
import type { Context } from '../context.ts';
import { requireScorer } from '../models/require-scorer.ts';
import { findModel, rulesVersion } from '../models/rows.ts';
import { modelToProto, rulesToProto } from '../models/to-proto.ts';

export async function activateAgentModel(ctx: Context, request: ActivateAgentModelRequest, call: HandlerContext) {
  const { agentId, version, shadow = false } = request;
  const { configuration } = await requireScorer(ctx, callerOf(call).organizationId, agentId);
  const { activateAgentModel: method } = AgentTrainingsService.method;
  return transact(ctx, call, method, request, async (trx, { organizationId }) => {
    const { id } = await lockAgent(trx, organizationId, agentId);
    const model = version === rulesVersion ? undefined : await findModel(trx, { organizationId, agentId: id, version });
    const agent = await trx
      .updateTable('agents')
      .set({
        ...(shadow
          ? { shadow_model_version: version }
          : { model_version: version === rulesVersion ? null : version, shadow_model_version: null }),
        updated_at: ctx.clock.now(),
      })
      .where('organization_id', '=', organizationId)
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirstOrThrow();
    return { model: model === undefined ? rulesToProto(agent, configuration) : modelToProto(model, agent) };
  });
}
