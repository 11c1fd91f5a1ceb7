import type { ProviderKey, VerdictClass } from '@drippulse/providers';

/** An answer of a provider, and what it means. */
export type Recorded = {
  /** A phrase for the name of the test. */
  what: string;
  /** The action whose request it answers, or `token` for the token endpoint. */
  to: string;
  /** Which request of the action, from 0. Those before it are answered by the fake. Default: 0. */
  call?: number;
  status: number;
  headers?: Readonly<Record<string, string>>;
  body?: unknown;
  means: VerdictClass;
  code?: string;
  field?: string;
  retryAfterMs?: number;
};

/** Answers of each class, from the facts of the provider, and why a class never comes. Together they name all ten. */
export type RecordedTable = {
  provider: ProviderKey;
  answers: readonly Recorded[];
  never: Partial<Readonly<Record<VerdictClass, string>>>;
};
