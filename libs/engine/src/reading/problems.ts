import type { Violation } from '@drippulse/errors';

/** The members of a problem besides its field and message. */
export type Hints = Pick<Violation, 'code' | 'allowed' | 'suggestion'>;

/**
 * Makes a problem of one step. `index` counts from 0, `key` is the path inside the step. The problem's text begins with
 * the step, followed by the key if there is one; `message` must contain neither.
 */
export function stepProblem(index: number, type: string, key: string, message: string, hints: Hints = {}): Violation {
  const field = key === '' ? `steps.${index}` : `steps.${index}.${key}`;
  const subject = `${key.replace(/^config\./, '')} `;
  const phrase = message.startsWith(subject) ? message.slice(subject.length) : message;
  return { field, message: `Step ${index} (${type}): ${message}`, ...hints, phrase };
}
