import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import {
  type DeleteIntegrationConnectionRequest,
  IntegrationConnectionsService,
} from '@drippulse/proto/drippulse/integrations/v1/connections_pb';
import { callerOf } from '@drippulse/rpc';
import { transact } from '@drippulse/writes';
import { type ConnectionRow, findConnection, lockConnection } from '../connections/rows.ts';
import { sourcesUsing, workflowsUsing } from '../connections/uses.ts';
import type { Context } from '../context.ts';
import { revokeTokens } from '../oauth/revoke-tokens.ts';

const { deleteIntegrationConnection: method } = IntegrationConnectionsService.method;
const listedAtMost = 10;

/**
 * Deletes a connection, and then revokes its tokens. If the tokens were revoked first and the deletion failed, a dead
 * connection would remain.
 */
export async function deleteIntegrationConnection(
  ctx: Context,
  request: DeleteIntegrationConnectionRequest,
  call: HandlerContext,
) {
  const { organizationId } = callerOf(call);
  const found = await findConnection(ctx.db.kysely, organizationId, request.id);
  const uses = request.force === true ? [] : await usesOf(ctx, found);
  let removed: ConnectionRow | undefined;
  const response = await transact(ctx, call, method, request, async (trx, caller) => {
    removed = await lockConnection(trx, caller.organizationId, request.id);
    if (uses.length > 0) throw inUse(uses);
    await trx.deleteFrom('connections').where('id', '=', request.id).execute();
    return {};
  });
  if (removed !== undefined) await revokeTokens(ctx, removed);
  return response;
}

/** Describes each use of the connection. */
async function usesOf(ctx: Context, row: ConnectionRow): Promise<string[]> {
  const workflows = await workflowsUsing(ctx, row);
  const sources = await sourcesUsing(ctx, row);
  return [
    ...workflows.map(({ workflowId, name }) => `workflow ${name} (${workflowId})`),
    ...sources.map(({ dataSourceId, name }) => `data source ${name} (${dataSourceId})`),
  ];
}

function inUse(uses: readonly string[]): DomainError {
  const shown = uses.slice(0, listedAtMost).join(', ');
  const more = uses.length > listedAtMost ? ` and ${uses.length - listedAtMost} more` : '';
  const message = `This connection is used by ${shown}${more}. With force=true it is deleted anyway.`;
  return new DomainError('already_exists', 'connection_in_use', message);
}
