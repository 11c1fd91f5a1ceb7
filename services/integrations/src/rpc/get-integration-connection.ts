import type { HandlerContext } from '@connectrpc/connect';
import type { GetIntegrationConnectionRequest } from '@drippulse/proto/drippulse/integrations/v1/connections_pb';
import { callerOf } from '@drippulse/rpc';
import { findConnection } from '../connections/rows.ts';
import { connectionToProto } from '../connections/to-proto.ts';
import { sourcesUsing, workflowsUsing } from '../connections/uses.ts';
import type { Context } from '../context.ts';

export async function getIntegrationConnection(
  ctx: Context,
  { id }: GetIntegrationConnectionRequest,
  call: HandlerContext,
) {
  const row = await findConnection(ctx.db.kysely, callerOf(call).organizationId, id);
  const usedBy = { workflows: await workflowsUsing(ctx, row), dataSources: await sourcesUsing(ctx, row) };
  return { integrationConnection: connectionToProto(row, { now: ctx.clock.now(), usedBy }) };
}
