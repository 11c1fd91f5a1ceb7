import type { JsonObject } from '@drippulse/json';
import type { Context } from 'liquidjs';
import type { Meter } from '../meter.ts';

/** Input and output of the templates and rules of one step. */
export type Scope = {
  data: JsonObject;
  /** Epoch milliseconds. */
  readonly now: number;
  readonly timezone: string;
  readonly contactKey: string;
  /** Notes for a person, shown on the timeline. */
  readonly warnings: Set<string>;
  /** The meter that counts the work of the step. */
  readonly meter: Meter;
  /** The meter in the form that Liquid charges, made by the first template. */
  limiter?: Context['memoryLimit'];
  /** Numbers of members by object, counted once for each step. */
  sizes?: Map<object, number> | undefined;
};
