import { verdictOfFailure } from '../connections/problems.ts';
import type { ConnectionRow } from '../connections/rows.ts';
import { openConnection, providerOf } from '../connections/use-connection.ts';
import type { Context } from '../context.ts';
import { sendTokenRequest } from './ask-tokens.ts';
import { clientOf } from './clients.ts';

const timeoutMs = 5_000;

/**
 * Revokes the tokens of a deleted connection at the provider. If the provider is unavailable, the tokens just expire.
 */
export async function revokeTokens(ctx: Context, row: ConnectionRow): Promise<void> {
  const provider = providerOf(row);
  const { oauth } = provider;
  const opened = openConnection(ctx, row);
  if (oauth?.revoke === undefined || 'unusable' in opened) return;
  const { credentials } = opened.connection;
  const client = clientOf(ctx, provider, credentials);
  const own = client && { client_id: client.id, client_secret: client.secret };
  const revocation = oauth.revoke({ ...credentials, ...own });
  if (revocation === undefined) return;
  try {
    await sendTokenRequest(ctx, revocation.url, oauth.allowed, revocation.request, timeoutMs);
  } catch (error) {
    const { code } = verdictOfFailure(error).problem;
    ctx.log.info({ connection: String(row.id), code }, 'the tokens of a removed connection were not revoked');
  }
}
