import type { JsonObject } from '@drippulse/json';
import type { ModelStep } from '../../calls/step.ts';
import type { Bounds } from '../../policies/bounds.ts';
import type { CallPlace } from '../../tools/check-call.ts';
import type { End } from '../step.ts';

/** The state of a chain that calls models. */
export type ModelState = {
  /** Steps in order. Never empty, because an execution begins with the intent of a model call. */
  steps: readonly ModelStep[];
  /** JSON Schema of the output; null if the output may be any text. */
  outputSchema: string | null;
  bounds: Pick<Bounds, 'maxRetries' | 'retryUncertain'>;
  /** The policies and facts by which tool calls are checked. */
  place: CallPlace;
  now: Date;
  deadline: Date;
  /** Whether the pause after the last attempt is over. */
  isDue: boolean;
  /** Random number from 0 to 1, for jitter. */
  random: number;
};

/** A step to add to a chain. */
export type PlannedStep = { kind: ModelStep['kind']; request: JsonObject };

/** The next action for a chain. */
export type ModelNext =
  /** Reserve and begin another attempt of the last step, a model call, then make the call. */
  | { do: 'call' }
  /** Commit the intents of all these steps, or of none. */
  | { do: 'plan'; steps: readonly PlannedStep[] }
  /** Begin another attempt of this tool step, then perform the call or ask for its approval. */
  | { do: 'perform'; seq: number }
  /** Wait for an event from elsewhere, such as a person's decision. The wait does not count against the deadline. */
  | { do: 'park' }
  | { do: 'wait'; ms: number }
  | { do: 'end'; end: End };
