import type { Violation } from '@drippulse/runtime';

/** A problem of one step: the index in field and message counts from 0, `path` is the key inside the step. */
export function stepProblem(index: number, type: string, path: string, message: string): Violation {
  const field = path === '' ? `steps.${index}` : `steps.${index}.${path}`;
  const name = path.replace(/^config\./, '');
  return { field, message: `Step ${index} (${type}): ${name}${name === '' ? '' : ' '}${message}` };
}
