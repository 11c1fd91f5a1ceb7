import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { HandlerContext } from '@connectrpc/connect';
import { DomainError, refuseViolations } from '@drippulse/errors';
import {
  type AuthorizeIntegrationConnectionRequest,
  IntegrationConnectionsService,
} from '@drippulse/proto/drippulse/integrations/v1/connections_pb';
import type { Credentials, Provider } from '@drippulse/providers';
import { callerOf } from '@drippulse/rpc';
import { transact } from '@drippulse/writes';
import { addAuthorization } from '../connect/authorizations.ts';
import { consentUrl, redirectUrl } from '../connect/consent-url.ts';
import { readReturnTo } from '../connect/return-to.ts';
import { readExternalKey, readProvider } from '../connections/fields.ts';
import { changeCredentials, foreignHostsOf, readCredentials } from '../connections/read-credentials.ts';
import { findConnectionByKey } from '../connections/rows.ts';
import { scopesToAsk } from '../connections/scopes.ts';
import { openConnection } from '../connections/use-connection.ts';
import type { Context } from '../context.ts';
import { type Client, clientOf } from '../oauth/clients.ts';

const { authorizeIntegrationConnection: method } = IntegrationConnectionsService.method;

const mostScopes = 100;
const tokenFields: ReadonlySet<string> = new Set(['access_token', 'refresh_token']);

export async function authorizeIntegrationConnection(
  ctx: Context,
  request: AuthorizeIntegrationConnectionRequest,
  call: HandlerContext,
) {
  const { organizationId, actor } = callerOf(call);
  const { publicUrl } = ctx.config;
  const provider = readProvider(request.provider);
  const externalKey = readExternalKey(request.externalKey);
  const returnTo = readReturnTo(request.returnTo, publicUrl);
  const scopes = readScopes(provider, request.scopes);
  const stored = await storedFields(ctx, organizationId, { provider: provider.key, externalKey });
  const fields = changeCredentials(stored, readCredentials(provider, request.credentials));
  refuseViolations(foreignHostsOf(provider, fields), 'invalid_connection_credentials');
  requireConsent(ctx, provider, fields);
  const place = { provider: provider.key, externalKey, scopes };
  return transact(ctx, call, method, request, async (trx) => {
    const begun = await addAuthorization(ctx, trx, { ...place, organizationId, actor, returnTo, fields });
    const { ticket, state, expiresAt } = begun;
    const url = `${publicUrl}/auth/connections/start/${ticket}`;
    const addresses = { url, redirectUrl: redirectUrl(publicUrl) };
    return { authorization: { ...place, ...addresses, state, expiresAt: timestampFromDate(expiresAt) } };
  });
}

function readScopes(provider: Provider, chosen: readonly string[]): string[] {
  const isOdd = (scope: string) => !/^[\x21\x23-\x5b\x5d-\x7e]{1,300}$/.test(scope) || scope.includes(',');
  if (chosen.length > mostScopes || chosen.some(isOdd)) {
    const message = `must be at most ${mostScopes} names of scopes`;
    refuseViolations([{ field: 'scopes', message, code: 'format' }]);
  }
  return scopesToAsk(provider, chosen);
}

/** Returns the fields that a reconnected connection keeps: its settings and its own client, without tokens. */
async function storedFields(
  ctx: Context,
  organizationId: bigint,
  key: { provider: string; externalKey: string },
): Promise<Credentials> {
  const row = await findConnectionByKey(ctx.db.kysely, organizationId, key);
  if (row === undefined) return {};
  const opened = openConnection(ctx, row);
  if ('unusable' in opened) return {};
  return Object.fromEntries(Object.entries(opened.connection.credentials).filter(([name]) => !tokenFields.has(name)));
}

/**
 * Refuses a consent without a client, or without the fields from which the URL of the provider's consent page is built.
 */
function requireConsent(ctx: Context, provider: Provider, fields: Credentials): void {
  if (provider.oauth === undefined) {
    const message = `${provider.name} is not connected by a consent. Enter its credentials instead.`;
    throw new DomainError('invalid', 'oauth_not_available', message);
  }
  const client: Client | undefined = clientOf(ctx, provider, fields);
  if (client === undefined) {
    const message = `There is no client id and secret for ${provider.name}: the operator can configure them, or send credentials.client_id and credentials.client_secret.`;
    throw new DomainError('invalid', 'oauth_not_available', message);
  }
  const parts = { client, fields, scopes: [], state: '', verifier: '', publicUrl: ctx.config.publicUrl };
  if (consentUrl(provider, parts) !== undefined) return;
  refuseViolations(
    [{ field: 'credentials', message: `lack what names the address of ${provider.name}`, code: 'required' }],
    'invalid_connection_credentials',
  );
}
