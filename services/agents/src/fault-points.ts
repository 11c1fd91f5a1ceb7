/**
 * Points of a step at which a process may die: after the commit of the intent, after the answer, and after the commit
 * of the result. The fitted model of a training counts as an answer. Tests set `fault` in the context, and kill the
 * process at one of these points.
 */
export const faultPoints = ['before-send', 'after-answer', 'after-commit'] as const;

export type FaultPoint = (typeof faultPoints)[number];

/** Throws or kills the process. */
export type Fault = (point: FaultPoint) => void | Promise<void>;
