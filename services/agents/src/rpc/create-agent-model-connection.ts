import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import {
  AgentModelConnectionService,
  type CreateAgentModelConnectionRequest,
} from '@drippulse/proto/drippulse/agents/v1/model_connection_pb';
import { callerOf } from '@drippulse/rpc';
import { transact } from '@drippulse/writes';
import type { Context } from '../context.ts';
import { usualProtocol, withoutSlash } from '../llm/source.ts';
import { checkFields, refuseMask } from '../model-connections/fields.ts';
import { pricesColumn } from '../model-connections/prices.ts';
import { findModelConnection, keyColumns } from '../model-connections/rows.ts';
import { connectionToProto } from '../model-connections/to-proto.ts';
import { modelProtocols } from '../texts.ts';

export async function createAgentModelConnection(
  ctx: Context,
  request: CreateAgentModelConnectionRequest,
  call: HandlerContext,
) {
  const { baseUrl = '', apiKey = '', model = '', prices } = request;
  await checkFields(ctx, callerOf(call).organizationId, { baseUrl, apiKey, model, prices });
  refuseMask(apiKey);
  const { createAgentModelConnection: method } = AgentModelConnectionService.method;
  return transact(ctx, call, method, request, async (trx, { organizationId }) => {
    const now = ctx.clock.now();
    const made = await trx
      .insertInto('model_connections')
      .values({
        organization_id: organizationId,
        protocol: modelProtocols.textOf(request.protocol) ?? usualProtocol(baseUrl),
        base_url: withoutSlash(baseUrl),
        ...keyColumns(ctx.sealer, organizationId, apiKey),
        model,
        prices: pricesColumn(prices),
        created_at: now,
        updated_at: now,
      })
      .onConflict((conflict) => conflict.column('organization_id').doNothing())
      .returning('organization_id')
      .executeTakeFirst();
    if (made === undefined) {
      const message = 'The organization has already connected its account at a model provider. Change it with PATCH.';
      throw new DomainError('already_exists', 'model_connection_exists', message);
    }
    return { modelConnection: connectionToProto(await findModelConnection(trx, organizationId)) };
  });
}
