import type { JsonObject } from '@drippulse/json';
import type { ModelStep } from '../../calls/step.ts';
import type { Bounds } from '../../policies/bounds.ts';
import type { CallPlace } from '../../tools/check-call.ts';
import type { End } from '../step.ts';

/** The state of a chain. */
export type ModelState = {
  /** Steps in order. Never empty, because an execution begins with the intent of a model call. */
  steps: readonly ModelStep[];
  /** JSON Schema of the output; null: any text. */
  outputSchema: string | null;
  bounds: Pick<Bounds, 'maxRetries' | 'retryUncertain'>;
  /** Determines the checks of tool calls. */
  place: CallPlace;
  now: Date;
  deadline: Date;
  /** Whether the pause after the last attempt is over. */
  isDue: boolean;
  /** Random number from 0 to 1, for jitter. */
  random: number;
};

/** A step to be added to a chain. */
export type PlannedStep = { kind: ModelStep['kind']; request: JsonObject };

/** The next thing to do. */
export type ModelNext =
  /** Reserve and begin another attempt of the last step, a model call, then make the call. */
  | { do: 'call' }
  /** Commit the intents of all these steps, or of none. */
  | { do: 'plan'; steps: readonly PlannedStep[] }
  /** Begin another attempt of this tool step, then perform the call or ask for its approval. */
  | { do: 'perform'; seq: number }
  /** Wait for an external event, such as a person's decision. The wait does not count against the deadline. */
  | { do: 'park' }
  | { do: 'wait'; ms: number }
  | { do: 'end'; end: End };
