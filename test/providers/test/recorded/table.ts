import type { ProviderKey, VerdictClass } from '@drippulse/providers';

/** A recorded answer of a provider, and the answer's meaning. */
export type Recorded = {
  /** Phrase for the name of the test. */
  what: string;
  /** The action whose request gets the answer, or `token` for the token endpoint. */
  to: string;
  /** Index of the request within the action. The fake answers the earlier requests. Default: 0. */
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
 * Recorded answers of a provider, taken from its documentation. For a class without a recorded answer, `never` gives
 * the reason why it does not occur. Together they cover all ten classes.
 */
export type RecordedTable = {
  provider: ProviderKey;
  answers: readonly Recorded[];
  never: Partial<Readonly<Record<VerdictClass, string>>>;
};
