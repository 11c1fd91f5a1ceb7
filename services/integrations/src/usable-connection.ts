import type { Credentials, Verdict } from '@drippulse/providers';

/** A connection that may be used now, with its open credentials. It is never stored or logged. */
export type UsableConnection = {
  id: bigint;
  organizationId: bigint;
  provider: string;
  externalKey: string;
  /** Rises with every change of the credentials. */
  version: bigint;
  credentials: Credentials;
  /** The account at the provider, by which limits are counted. */
  accountId: string | null;
  /** When its access token ends, as far as it is known. */
  tokenExpiresAt?: Date | null;
  /** When it was given. */
  refreshedAt?: Date | null;
};

/** A connection whose access token lives, or what prevents that. */
export type Fresh = { connection: UsableConnection } | { verdict: Verdict };
