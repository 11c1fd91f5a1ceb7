import type { Credentials, Provider } from '@drippulse/providers';
import type { Context } from '../context.ts';

/** A registered application at a provider. */
export type Client = { id: string; secret: string };

/**
 * The client of a connection: its own, else the operator's. Tokens are bound to the client that got them, so a client
 * stored with them takes precedence.
 */
export function clientOf(
  { config }: Pick<Context, 'config'>,
  provider: Provider,
  { client_id: id, client_secret: secret }: Credentials,
): Client | undefined {
  if (id !== undefined && secret !== undefined) return { id, secret };
  return config.oauthClients[provider.key];
}
