import type { JsonObject } from '@drippulse/json';
import { stepTypes } from './catalog.ts';
import type { Step } from './step.ts';

/** The parameters of each step type that have a default. */
const defaults: ReadonlyMap<string, JsonObject> = new Map(
  stepTypes.map(({ type, fields }) => [
    type,
    Object.fromEntries(fields.flatMap(({ name, default: value }) => (value === undefined ? [] : [[name, value]]))),
  ]),
);

/**
 * Returns the step with every parameter that has a value: its own value, else the default. Null means absent. The
 * returned step runs as the given one does.
 */
export function withDefaults(step: Step): Step {
  const given = Object.entries(step.config).filter(([, value]) => value !== null);
  return { ...step, config: { ...defaults.get(step.type), ...Object.fromEntries(given) } };
}
