import type { ProviderKey, VerdictClass } from '@drippulse/providers';

/** An answer of a provider, and its meaning. */
export type Recorded = {
  /** A phrase for the name of the test. */
  what: string;
  /** The action whose request it answers, or `token` for the token endpoint. */
  to: string;
  /** Index of the answered request within the action. The fake answers those before it. Default: 0. */
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
 * Answers of each class, from the provider's documentation, and the reason why a class never occurs. Together they name
 * all ten classes.
 */
export type RecordedTable = {
  provider: ProviderKey;
  answers: readonly Recorded[];
  never: Partial<Readonly<Record<VerdictClass, string>>>;
};
