import type { JsonObject } from '@drippulse/json';
import type { ModelStep } from '../../calls/step.ts';
import type { Bounds } from '../../policies/bounds.ts';
import type { CallPlace } from '../../tools/check-call.ts';
import type { End } from '../step.ts';

/** Where a chain is. */
export type ModelState = {
  /** In order. Never empty: an execution begins with the intent of a model call. */
  steps: readonly ModelStep[];
  /** JSON Schema of the output; null: any text. */
  outputSchema: string | null;
  bounds: Pick<Bounds, 'maxRetries' | 'retryUncertain'>;
  /** What calls of tools are checked by. */
  place: CallPlace;
  now: Date;
  deadline: Date;
  /** Whether the pause after the last attempt is over. */
  isDue: boolean;
  /** From 0 to 1, for jitter. */
  random: number;
};

/** A step to be added to a chain. */
export type PlannedStep = { kind: ModelStep['kind']; request: JsonObject };

/** What follows. */
export type ModelNext =
  /** Reserve and begin one more attempt of the last step, a model call, then make it. */
  | { do: 'call' }
  /** Commit the intents of these steps, all of them or none. */
  | { do: 'plan'; steps: readonly PlannedStep[] }
  /** Begin one more attempt of this step of a tool, then make it: perform the call, or ask for its approval. */
  | { do: 'perform'; seq: number }
  /** Wait for an event outside, such as a decision of a person. The deadline does not count meanwhile. */
  | { do: 'park' }
  | { do: 'wait'; ms: number }
  | { do: 'end'; end: End };
