import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import type { FindUnusableConnectionsRequest } from '@drippulse/proto/drippulse/integrations/v1/connection_checks_pb';
import { callerOf } from '@drippulse/rpc';
import { useConnection } from '../connections/use-connection.ts';
import type { Context } from '../context.ts';

const most = 200;

export async function findUnusableConnections(
  ctx: Context,
  { connections }: FindUnusableConnectionsRequest,
  call: HandlerContext,
) {
  if (connections.length > most) {
    throw new DomainError('invalid', 'too_many_ids', `At most ${most} connections are looked for at once.`);
  }
  const { organizationId } = callerOf(call);
  const unusable: { provider: string; connectionKey: string; reason: string }[] = [];
  for (const { provider, connectionKey } of connections) {
    const found = await useConnection(ctx, organizationId, { provider, externalKey: connectionKey });
    if ('unusable' in found) unusable.push({ provider, connectionKey, reason: found.unusable });
  }
  return { unusable };
}
