import type { HandlerContext } from '@connectrpc/connect';
import type { TestIntegrationConnectionRequest } from '@drippulse/proto/drippulse/integrations/v1/connections_pb';
import { callerOf } from '@drippulse/rpc';
import { testConnection } from '../checks/test-connection.ts';
import { findConnection } from '../connections/rows.ts';
import type { Context } from '../context.ts';

export async function testIntegrationConnection(
  ctx: Context,
  { id }: TestIntegrationConnectionRequest,
  call: HandlerContext,
) {
  const row = await findConnection(ctx.db.kysely, callerOf(call).organizationId, id);
  return { test: await testConnection(ctx, row) };
}
