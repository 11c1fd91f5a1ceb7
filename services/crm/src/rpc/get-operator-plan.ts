import type { HandlerContext } from '@connectrpc/connect';
import type { GetOperatorPlanRequest } from '@drippulse/proto/drippulse/crm/v1/operator_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { findPlan, planToProto } from '../operator/plan.ts';

export async function getOperatorPlan(ctx: Context, { id }: GetOperatorPlanRequest, call: HandlerContext) {
  const { kysely } = ctx.db;
  return { plan: await planToProto(kysely, await findPlan(kysely, callerOf(call).organizationId, id)) };
}
