import type { JsonObject } from '@drippulse/json';

/** The result of an attempt of a step. */
export type StepResult =
  | { outcome: 'succeeded'; output: JsonObject }
  /** The call did not happen, or its outcome is unknown. The next attempt may succeed, with the same key and bytes. */
  | { outcome: 'passing'; error: string; retryAfterSeconds?: number }
  | { outcome: 'failed'; code: string; message: string };

/** A step that another service performs. Its intent is committed before anything is sent, and its result afterwards. */
export type ChainStep = {
  seq: number;
  kind: 'code_call' | 'enroll';
  status: 'intent' | 'succeeded' | 'failed';
  request: JsonObject;
  /** Number of attempts that were begun. An attempt without a result was interrupted. */
  attempts: number;
  /** Time of the first attempt, which may be earlier than the last start of the execution with its key. */
  firstSentAt: Date | null;
  /** Result of the last attempt. */
  result: StepResult | null;
};

/** The end of an execution. */
export type End = { status: 'succeeded'; output: JsonObject } | { status: 'failed'; code: string; message: string };
