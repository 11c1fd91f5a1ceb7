import type { Credentials, Verdict } from '@drippulse/providers';

/** A usable connection, with its opened credentials. It is never stored or logged. */
export type UsableConnection = {
  id: bigint;
  organizationId: bigint;
  provider: string;
  externalKey: string;
  /** Number that rises with every change of the credentials. */
  version: bigint;
  credentials: Credentials;
  /** The account at the provider, for which limits are counted. */
  accountId: string | null;
  /** End of the access token, if known. */
  tokenExpiresAt?: Date | null;
  /** Time at which the access token was issued. */
  refreshedAt?: Date | null;
};

/** A connection with a valid access token, or the verdict that prevents it. */
export type Fresh = { connection: UsableConnection } | { verdict: Verdict };
