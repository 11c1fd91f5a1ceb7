import type { HandlerContext } from '@connectrpc/connect';
import { CallFirst, databaseNow } from '@drippulse/db';
import {
  type CreateIntegrationConnectionRequest,
  IntegrationConnectionsService,
} from '@drippulse/proto/drippulse/integrations/v1/connections_pb';
import type { Credentials, Provider } from '@drippulse/providers';
import { transact } from '@drippulse/writes';
import { triedColumns } from '../checks/tried-columns.ts';
import { type Tried, tryCredentials } from '../checks/try-credentials.ts';
import { connectionExists, readExternalKey, readNote, readProvider } from '../connections/fields.ts';
import { nextConnectionId } from '../connections/next-id.ts';
import { changeCredentials, checkCredentials, readCredentials } from '../connections/read-credentials.ts';
import { requireRoom } from '../connections/require-room.ts';
import { findConnectionByKey } from '../connections/rows.ts';
import { connectionToProto } from '../connections/to-proto.ts';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';

const { createIntegrationConnection: method } = IntegrationConnectionsService.method;

/**
 * Creates a connection. Calls the provider outside the transaction, if the request is not a repeat and the key is free.
 */
export async function createIntegrationConnection(
  ctx: Context,
  request: CreateIntegrationConnectionRequest,
  call: HandlerContext,
) {
  const { provider, credentials, externalKey, note } = readRequest(request);
  let tried: Tried | undefined = request.test === false ? { credentials } : undefined;
  return transact(ctx, call, method, request, async (trx, { organizationId, actor }) => {
    const same = { provider: provider.key, externalKey };
    if ((await findConnectionByKey(trx, organizationId, same)) !== undefined)
      throw connectionExists(provider, externalKey);
    await requireRoom(trx, organizationId);
    if (tried === undefined) {
      throw new CallFirst(async () => {
        tried = await tryCredentials(ctx, { provider, credentials });
      });
    }
    const id = await nextConnectionId(trx);
    const now = ctx.clock.now();
    const row = await trx
      .insertInto('connections')
      .values({
        id,
        organization_id: organizationId,
        provider: provider.key,
        external_key: externalKey,
        status: 'active',
        note,
        connected_by: actor.type === 'user' ? BigInt(actor.id) : null,
        ...triedColumns(ctx.sealer, { organizationId, id }, { provider, tried, now: await databaseNow<DB>(trx) }),
        created_at: now,
        updated_at: now,
      })
      // A concurrent request has created a connection with the same key.
      .onConflict((oc) => oc.columns(['organization_id', 'provider', 'external_key']).doNothing())
      .returningAll()
      .executeTakeFirst();
    if (row === undefined) throw connectionExists(provider, externalKey);
    return { integrationConnection: connectionToProto(row, { now }) };
  });
}

function readRequest(request: CreateIntegrationConnectionRequest): {
  provider: Provider;
  credentials: Credentials;
  externalKey: string;
  note: string | null;
} {
  const provider = readProvider(request.provider);
  const credentials = changeCredentials({}, readCredentials(provider, request.credentials));
  checkCredentials(provider, credentials);
  return { provider, credentials, externalKey: readExternalKey(request.externalKey), note: readNote(request.note) };
}
