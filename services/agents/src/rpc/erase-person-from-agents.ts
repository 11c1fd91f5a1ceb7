import type { HandlerContext } from '@connectrpc/connect';
import type { ErasePersonFromAgentsRequest } from '@drippulse/proto/drippulse/agents/v1/internal_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { eraseExecutions } from '../erasures/erase-executions.ts';
import { eraseCases } from '../evals/erase-cases.ts';
import { eraseTrainingRecords } from '../trainings/erase-records.ts';

export async function erasePersonFromAgents(
  ctx: Context,
  { refs, emails }: ErasePersonFromAgentsRequest,
  call: HandlerContext,
) {
  const { organizationId } = callerOf(call);
  await eraseTrainingRecords(ctx.db.kysely, organizationId, [...refs, ...emails]);
  await eraseCases(ctx.db.kysely, organizationId, [...refs, ...emails]);
  return { isPartial: await eraseExecutions(ctx, organizationId, { enrollmentIds: [], names: [...refs, ...emails] }) };
}
