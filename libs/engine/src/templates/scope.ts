import type { JsonObject } from '@drippulse/json';
import type { Context } from 'liquidjs';

/** What the templates and rules of one step see and leave behind. */
export type Scope = {
  data: JsonObject;
  /** Epoch milliseconds. */
  readonly now: number;
  readonly timezone: string;
  readonly contactKey: string;
  /** What a person should look at; shown on the timeline. */
  readonly warnings: Set<string>;
  /** Characters the step's templates may still make, shared by all of them. */
  memory?: Context['memoryLimit'];
};

/** The step can't be run with this data; the text is shown to people. */
export class StepFailure extends Error {}
