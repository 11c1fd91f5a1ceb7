import type { HandlerContext } from '@connectrpc/connect';
import type { GetMfaRequest } from '@drippulse/proto/drippulse/identity/v1/mfa_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { readMfa } from '../mfa/to-proto.ts';

export async function getMfa(ctx: Context, _request: GetMfaRequest, call: HandlerContext) {
  return { mfa: await readMfa(ctx.db.kysely, callerOf(call)) };
}
