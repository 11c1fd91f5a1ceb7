import type { HandlerContext } from '@connectrpc/connect';
import type { CountCrmOutcomesRequest } from '@drippulse/proto/drippulse/crm/v1/outcomes_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { countOutcomes } from '../outcomes/read-outcomes.ts';
import { outcomeSubjectOf } from './list-outcomes.ts';

export async function countCrmOutcomes(ctx: Context, { subject }: CountCrmOutcomesRequest, call: HandlerContext) {
  const { organizationId } = callerOf(call);
  return countOutcomes(ctx.db.kysely, { organizationId, subject: outcomeSubjectOf(subject) });
}
