import type { Credentials, Provider } from '@drippulse/providers';
import type { Context } from '../context.ts';

/** A registered application at a provider. */
export type Client = { id: string; secret: string };

/**
 * Returns the client of a connection: the connection's own client, or else the operator's. Tokens are bound to the
 * client that got them, so a client that is stored with tokens takes precedence.
 */
export function clientOf(
  { config }: Pick<Context, 'config'>,
  provider: Provider,
  { client_id: id, client_secret: secret }: Credentials,
): Client | undefined {
  if (id !== undefined && secret !== undefined) return { id, secret };
  return config.oauthClients[provider.key];
}
