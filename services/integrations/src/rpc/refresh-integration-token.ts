import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import type { RefreshIntegrationTokenRequest } from '@drippulse/proto/drippulse/integrations/v1/connections_pb';
import type { Verdict } from '@drippulse/providers';
import { callerOf } from '@drippulse/rpc';
import { wordsOf } from '../connections/problems.ts';
import { type ConnectionRow, findConnection } from '../connections/rows.ts';
import { connectionToProto } from '../connections/to-proto.ts';
import { openConnection, providerOf } from '../connections/use-connection.ts';
import type { Context } from '../context.ts';
import { freshCredentials } from '../oauth/fresh-credentials.ts';

const pauseMs = 10_000;

/** Refreshes the tokens of a connection, as a call with a refused token does. */
export async function refreshIntegrationToken(
  ctx: Context,
  { id }: RefreshIntegrationTokenRequest,
  call: HandlerContext,
) {
  const { organizationId } = callerOf(call);
  const row = await findConnection(ctx.db.kysely, organizationId, id);
  const opened = openConnection(ctx, row);
  if (row.status !== 'active') {
    throw new DomainError(
      'invalid',
      'connection_not_active',
      'The connection is disabled. Connect it anew, or enable it.',
    );
  }
  if ('unusable' in opened) throw new DomainError('invalid', 'not_refreshable', `${opened.unusable}.`);
  const { connection } = opened;
  if (providerOf(row).oauth === undefined || connection.credentials['refresh_token'] === undefined) {
    throw new DomainError('invalid', 'not_refreshable', 'The connection has no refresh token.');
  }
  requirePause(ctx, row);
  const fresh = await freshCredentials(ctx, connection, { refusedVersion: connection.version });
  if ('verdict' in fresh) throw refreshFailed(fresh.verdict);
  const stored = await findConnection(ctx.db.kysely, organizationId, id);
  return { integrationConnection: connectionToProto(stored, { now: ctx.clock.now() }) };
}

function requirePause({ clock }: Context, { refreshed_at: last }: ConnectionRow): void {
  const left = last === null ? 0 : last.getTime() + pauseMs - clock.now().getTime();
  if (left <= 0) return;
  throw new DomainError('resource_exhausted', 'refresh_too_soon', 'It was refreshed within the last ten seconds.', {
    retryAfterSeconds: Math.ceil(left / 1_000),
  });
}

function refreshFailed(verdict: Verdict): DomainError {
  const words = 'problem' in verdict ? wordsOf(verdict.problem) : verdict.class;
  return new DomainError('invalid', 'refresh_failed', `The provider gave no token: ${words}`);
}
