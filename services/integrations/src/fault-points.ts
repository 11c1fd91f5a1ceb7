/**
 * The points of an effect at which a process may die: after its intent is committed, after the provider has answered,
 * and before its result is committed. Tests set `fault` in the context and kill the process there. Between the request
 * and the answer, they kill it from outside.
 */
export const faultPoints = ['before-send', 'after-answer', 'before-commit'] as const;

export type FaultPoint = (typeof faultPoints)[number];

/** Throws or kills the process. */
export type Fault = (point: FaultPoint) => void | Promise<void>;
