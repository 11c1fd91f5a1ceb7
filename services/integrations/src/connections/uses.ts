import { type Caller, fromConnectError } from '@drippulse/rpc';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import type { ConnectionRow } from './rows.ts';

export type Use = { workflowId: bigint; name: string; stepIds: string[]; actions: string[] };

/** Finds the workflows with steps that use a connection. Must be called outside a transaction. */
export async function workflowsUsing(
  { clients }: Context,
  { organization_id: organizationId, provider, external_key: connectionKey }: ConnectionRow,
): Promise<Use[]> {
  const caller: Caller = {
    organizationId,
    actor: { type: 'service', id: 'integrations' },
    role: 'viewer',
    mode: 'live',
  };
  const { workflows } = await clients
    .workflows(caller)
    .listConnectionUses({ integration: provider, connectionKey })
    .catch((error: unknown) => {
      throw fromConnectError(error);
    });
  return workflows.map(({ workflowId, name, stepIds, actions }) => ({ workflowId, name, stepIds, actions }));
}

export type SourceUse = { dataSourceId: bigint; name: string };

/**
 * Finds the data sources that use a connection. A data source names its connection in `connection_key`. Default:
 * `default`.
 */
export async function sourcesUsing(
  { db }: Pick<Context, 'db'>,
  { organization_id: organizationId, provider, external_key: connectionKey }: ConnectionRow,
): Promise<SourceUse[]> {
  const type = provider === 'google_workspace' ? 'google_sheets' : provider;
  const rows = await db.kysely
    .selectFrom('data_sources')
    .select(['id', 'name'])
    .where('organization_id', '=', organizationId)
    .where('type', '=', type)
    .where('deleted_at', 'is', null)
    .where(sql<boolean>`coalesce(shown_config::json ->> 'connection_key', 'default') = ${connectionKey}`)
    .orderBy('id')
    .execute();
  return rows.map(({ id, name }) => ({ dataSourceId: id, name }));
}
