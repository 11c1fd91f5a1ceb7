import type { HandlerContext } from '@connectrpc/connect';
import type { GetSsoRequest } from '@drippulse/proto/drippulse/identity/v1/sign_in_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { findSso, ssoToProto } from '../sso/rows.ts';

export async function getSso(ctx: Context, _request: GetSsoRequest, call: HandlerContext) {
  return { sso: ssoToProto(await findSso(ctx.db.kysely, callerOf(call).organizationId), ctx.config.publicUrl) };
}
