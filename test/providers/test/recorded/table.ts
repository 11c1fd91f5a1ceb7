import type { ProviderKey, VerdictClass } from '@drippulse/providers';

/** A recorded response of a provider, and the meaning of the response. */
export type Recorded = {
  /** Phrase that is part of the test's name. */
  what: string;
  /** The action whose request gets the response, or `token` for the token endpoint. */
  to: string;
  /** Index of the request within the action. The fake responds to the earlier requests. Default: 0. */
  call?: number;
  status: number;
  headers?: Readonly<Record<string, string>>;
  body?: unknown;
  means: VerdictClass;
  code?: string;
  field?: string;
  retryAfterMs?: number;
};

/**
 * Recorded responses of a provider, taken from its documentation. For a class without a recorded response, `never`
 * gives the reason why the class does not occur. Together they cover all ten classes.
 */
export type RecordedTable = {
  provider: ProviderKey;
  answers: readonly Recorded[];
  never: Partial<Readonly<Record<VerdictClass, string>>>;
};
