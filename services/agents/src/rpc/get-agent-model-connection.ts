import type { HandlerContext } from '@connectrpc/connect';
import type { GetAgentModelConnectionRequest } from '@drippulse/proto/drippulse/agents/v1/model_connection_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { findModelConnection } from '../model-connections/rows.ts';
import { connectionToProto } from '../model-connections/to-proto.ts';

export async function getAgentModelConnection(
  ctx: Context,
  _request: GetAgentModelConnectionRequest,
  call: HandlerContext,
) {
  const row = await findModelConnection(ctx.db.kysely, callerOf(call).organizationId);
  return { modelConnection: connectionToProto(row) };
}
