import type { Violation } from '@drippulse/errors';

/** A problem of one step. `index` counts from 0, `key` is the path inside the step. */
export function stepProblem(index: number, type: string, key: string, message: string): Violation {
  const field = key === '' ? `steps.${index}` : `steps.${index}.${key}`;
  return { field, message: `Step ${index} (${type}): ${message}` };
}
