import type { JsonObject } from '@drippulse/json';
import { stepTypes } from './catalog.ts';
import type { Step } from './step.ts';

/** The default values of parameters, by step type. */
const defaults: ReadonlyMap<string, JsonObject> = new Map(
  stepTypes.map(({ type, fields }) => [
    type,
    Object.fromEntries(fields.flatMap(({ name, default: value }) => (value === undefined ? [] : [[name, value]]))),
  ]),
);

/**
 * Returns the step with its own parameters and the defaults of all other parameters. A null parameter is treated as
 * absent. The returned step runs like the given one.
 */
export function withDefaults(step: Step): Step {
  const given = Object.entries(step.config).filter(([, value]) => value !== null);
  return { ...step, config: { ...defaults.get(step.type), ...Object.fromEntries(given) } };
}
