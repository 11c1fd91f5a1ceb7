import type { HandlerContext } from '@connectrpc/connect';
import {
  AgentModelConnectionService,
  type UpdateAgentModelConnectionRequest,
} from '@drippulse/proto/drippulse/agents/v1/model_connection_pb';
import { callerOf } from '@drippulse/rpc';
import { transact } from '@drippulse/writes';
import type { Context } from '../context.ts';
import { usualProtocol, withoutSlash } from '../llm/source.ts';
import { checkFields, newKey } from '../model-connections/fields.ts';
import { pricesColumn } from '../model-connections/prices.ts';
import { findModelConnection, keyColumns, lockModelConnectionRevision } from '../model-connections/rows.ts';
import { connectionToProto } from '../model-connections/to-proto.ts';
import { modelProtocols } from '../texts.ts';

export async function updateAgentModelConnection(
  ctx: Context,
  request: UpdateAgentModelConnectionRequest,
  call: HandlerContext,
) {
  const given = membersOf(request);
  await checkFields(ctx, callerOf(call).organizationId, given);
  const { updateAgentModelConnection: method } = AgentModelConnectionService.method;
  return transact(ctx, call, method, request, async (trx, caller) => {
    const { organizationId } = caller;
    await lockModelConnectionRevision(trx, caller, undefined);
    const before = await findModelConnection(trx, organizationId);
    const key = newKey(before, given);
    const baseUrl = given.baseUrl ?? before.base_url;
    await trx
      .updateTable('model_connections')
      .set({
        base_url: withoutSlash(baseUrl),
        ...('protocol' in given && { protocol: given.protocol ?? usualProtocol(baseUrl) }),
        ...(key !== undefined && keyColumns(ctx.sealer, organizationId, key)),
        ...(given.model !== undefined && { model: given.model }),
        ...(given.prices !== undefined && { prices: pricesColumn(given.prices) }),
        updated_at: ctx.clock.now(),
      })
      .where('organization_id', '=', organizationId)
      .execute();
    return { modelConnection: connectionToProto(await findModelConnection(trx, organizationId)) };
  });
}

/** Returns the members that the request sets. Null becomes an empty value, which the checks may refuse. */
function membersOf({ updateMask, ...request }: UpdateAgentModelConnectionRequest) {
  const has = new Set(updateMask?.paths);
  return {
    ...(has.has('protocol') && { protocol: modelProtocols.textOf(request.protocol) }),
    ...(has.has('base_url') && { baseUrl: request.baseUrl ?? '' }),
    ...(has.has('api_key') && { apiKey: request.apiKey ?? '' }),
    ...(has.has('model') && { model: request.model ?? '' }),
    ...(has.has('prices') && { prices: request.prices }),
  };
}
