import type { HandlerContext } from '@connectrpc/connect';
import type { GetSecurityRequest } from '@drippulse/proto/drippulse/identity/v1/mfa_pb';
import { callerOf } from '@drippulse/rpc';
import { securityColumns, securityToProto } from '../account/security.ts';
import type { Context } from '../context.ts';

export async function getSecurity(ctx: Context, _request: GetSecurityRequest, call: HandlerContext) {
  const row = await ctx.db.kysely
    .selectFrom('organizations')
    .select(securityColumns)
    .where('id', '=', callerOf(call).organizationId)
    .executeTakeFirstOrThrow();
  return { security: securityToProto(row) };
}
