import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import type { CountVersionsRequest } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { callerOf, modeFromProto } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { activeQuery } from '../funnel/workflow-stats.ts';

const maxVersions = 1_000;

export async function countVersions(ctx: Context, request: CountVersionsRequest, call: HandlerContext) {
  const { workflowId, versions } = request;
  if (versions.length > maxVersions) {
    throw new DomainError('invalid', 'too_many_ids', `At most ${maxVersions} versions are counted at once.`);
  }
  const { organizationId } = callerOf(call);
  const of = { organizationId, workflowId, versions, mode: modeFromProto(request.mode) };
  const { rows } = await activeQuery(of).execute(ctx.db.kysely);
  return { active: Object.fromEntries(rows.map(({ version, active }) => [version, active])) };
}
