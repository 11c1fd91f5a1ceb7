import type { JsonObject } from '@drippulse/json';

/** What an attempt of a step came to. */
export type StepResult =
  | { outcome: 'succeeded'; output: JsonObject }
  /** It did not happen, or nobody knows, and the next attempt may succeed. The same key and bytes are sent again. */
  | { outcome: 'passing'; error: string; retryAfterSeconds?: number }
  | { outcome: 'failed'; code: string; message: string };

/** A step outside of the service: an intent that is committed before anything is sent, then a result. */
export type ChainStep = {
  seq: number;
  kind: 'code_call' | 'enroll';
  status: 'intent' | 'succeeded' | 'failed';
  request: JsonObject;
  /** Attempts that were begun. One without a result was interrupted. */
  attempts: number;
  /** When the first attempt was begun, also of a former use of the key. */
  firstSentAt: Date | null;
  /** Of the last attempt. */
  result: StepResult | null;
};

/** How an execution ends. */
export type End = { status: 'succeeded'; output: JsonObject } | { status: 'failed'; code: string; message: string };
