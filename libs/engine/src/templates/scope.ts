import type { JsonObject } from '@drippulse/json';
import type { Context } from 'liquidjs';

/** Input and output of the templates and rules of one step. */
export type Scope = {
  data: JsonObject;
  /** Epoch milliseconds. */
  readonly now: number;
  readonly timezone: string;
  readonly contactKey: string;
  /** Notes for a person, shown on the timeline. */
  readonly warnings: Set<string>;
  /** The allowance of text that all templates of the step share. */
  memory?: Context['memoryLimit'];
};

/** The step can't run with this data. The message is shown to users. */
export class StepFailure extends Error {}
