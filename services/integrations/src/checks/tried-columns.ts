import type { Sealer } from '@drippulse/db';
import type { Provider } from '@drippulse/providers';
import { credentialColumns, tokenEnds } from '../connections/credential-columns.ts';
import { storeError } from '../connections/problems.ts';
import type { Tried } from './try-credentials.ts';

/** Returns the column values to store for a connection whose new credentials were tested. */
export function triedColumns(
  sealer: Sealer,
  place: { organizationId: bigint; id: bigint },
  { provider, tried, now }: { provider: Provider; tried: Tried; now: Date },
) {
  const { credentials, tokens, findings, doubt } = tried;
  const scopes = findings?.scopes ?? tokens?.scopes;
  const account = findings?.account ?? tokens?.account;
  return {
    ...credentialColumns(sealer, place, { provider, credentials }),
    ...tokenEnds(provider, credentials, { tokens, now }),
    granted_scopes: scopes === undefined ? null : [...scopes],
    account_id: account?.id ?? null,
    account_name: account?.name ?? null,
    last_error: doubt === undefined ? null : storeError(doubt.problem, now),
    refreshed_at: tokens === undefined ? null : now,
  };
}
