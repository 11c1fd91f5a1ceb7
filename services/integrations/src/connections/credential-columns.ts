import type { Sealer } from '@drippulse/db';
import type { Credentials, Provider, Tokens } from '@drippulse/providers';
import { sealCredentials } from './credentials.ts';
import { makeShown } from './shown-credentials.ts';

/** Returns the columns that store credentials: the sealed credentials, and their masked form. */
export function credentialColumns(
  sealer: Sealer,
  place: { organizationId: bigint; id: bigint },
  { provider, credentials }: { provider: Provider; credentials: Credentials },
) {
  return { ...sealCredentials(sealer, place, credentials), shown_credentials: makeShown(provider, credentials) };
}

/** Merges new tokens into credentials. Without a new refresh token, the stored one stays. */
export function withTokens(credentials: Credentials, { accessToken, refreshToken, more = {} }: Tokens): Credentials {
  return {
    ...credentials,
    ...more,
    access_token: accessToken,
    ...(refreshToken !== undefined && { refresh_token: refreshToken }),
  };
}

/**
 * Returns the times at which tokens end, counted from `now`, the time of the database. If an answer names no lifetime,
 * the provider's usual lifetime applies. `ends_at` is the time by which somebody must reconnect: the end of an access
 * token without a refresh token, or the date on which the provider abolishes the kind of credentials. The end of a
 * refresh token does not matter, because the token is replaced earlier.
 */
export function tokenEnds(
  provider: Provider,
  credentials: Credentials,
  { tokens, now }: { tokens: Tokens | undefined; now: Date },
) {
  const after = (seconds: number | null | undefined) =>
    seconds === null || seconds === undefined ? null : new Date(now.getTime() + seconds * 1_000);
  const access = tokens && after(tokens.expiresInSeconds ?? provider.oauth?.accessTokenSeconds);
  const last = credentials['refresh_token'] === undefined ? access : undefined;
  const kind = provider.warning?.(credentials)?.endsAt;
  const ends = [last?.getTime(), kind === null || kind === undefined ? undefined : Date.parse(kind)];
  const known = ends.filter((end) => end !== undefined);
  return {
    token_expires_at: access ?? null,
    refresh_expires_at: (tokens && after(tokens.refreshExpiresInSeconds)) ?? null,
    ends_at: known.length === 0 ? null : new Date(Math.min(...known)),
  };
}
