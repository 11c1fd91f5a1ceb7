/**
 * Every point between a claim and what is committed for it at which a process may die. Tests set `fault` in the context
 * and kill the runtime at each of them; in production nothing does.
 */
export const faultPoints = [
  'after-claim',
  'before-moves-commit',
  'after-moves-commit',
  'before-start',
  'before-send',
  'after-send',
  'before-results-commit',
  'after-results-commit',
] as const;

export type FaultPoint = (typeof faultPoints)[number];

/** Throws to kill: what throws here is never caught before the loop it runs in. */
export type Fault = (point: FaultPoint) => void | Promise<void>;
