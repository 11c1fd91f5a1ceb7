import { findProvider, type Provider, resolveProvider } from '@drippulse/providers';
import type { Context } from '../context.ts';
import type { UsableConnection } from '../usable-connection.ts';
import { openCredentials } from './credentials.ts';
import { type ConnectionRow, findConnectionByKey } from './rows.ts';

export type { UsableConnection } from '../usable-connection.ts';

/** Finds the connection that a step or a data source names, or returns a sentence that says why it is unusable. */
export async function useConnection(
  ctx: Context,
  organizationId: bigint,
  { provider: name, externalKey }: { provider: string; externalKey: string },
): Promise<{ connection: UsableConnection } | { unusable: string }> {
  const provider = findProvider(name);
  if (provider === undefined) return { unusable: `${name} is not a provider of integrations` };
  const row = await findConnectionByKey(ctx.db.kysely, organizationId, { provider: provider.key, externalKey });
  if (row === undefined) {
    return { unusable: `there is no connection of ${provider.name} with the key ${externalKey}` };
  }
  if (row.status !== 'active') return { unusable: whyDisabled(provider, row) };
  return openConnection(ctx, row);
}

/** Opens a connection whose row was read, or returns a sentence that says why it is unusable. */
export function openConnection(
  { sealer, log }: Pick<Context, 'sealer' | 'log'>,
  row: ConnectionRow,
): { connection: UsableConnection } | { unusable: string } {
  const { id, organization_id: organizationId, provider, external_key: externalKey, version } = row;
  const facts = { accountId: row.account_id, tokenExpiresAt: row.token_expires_at, refreshedAt: row.refreshed_at };
  try {
    const credentials = openCredentials(sealer, { organizationId, id }, row);
    return { connection: { id, organizationId, provider, externalKey, version, credentials, ...facts } };
  } catch (error) {
    log.error({ err: error, connection: String(id) }, 'the credentials of a connection do not open');
    return { unusable: `the credentials of connection ${id} do not open: the key that sealed them is missing` };
  }
}

/**
 * Returns the provider of a stored connection. Throws if the provider no longer exists, because only connections of
 * existing providers are stored.
 */
export function providerOf({ provider }: Pick<ConnectionRow, 'provider'>): Provider {
  const found = findProvider(resolveProvider(provider) ?? provider);
  if (found === undefined) throw new Error(`${provider} is not a provider`);
  return found;
}

function whyDisabled({ name }: Provider, { id, status_reason: reason }: ConnectionRow): string {
  const why = reason === 'reconnect_required' ? 'it has to be connected anew' : 'it is disabled';
  return `connection ${id} of ${name} cannot be used: ${why}`;
}
