/**
 * Points of a step at which a process may die: after its intent is committed, after the answer, and after its result is
 * committed. The fitted model of a training counts as an answer. Tests set `fault` in the context and kill the process
 * there.
 */
export const faultPoints = ['before-send', 'after-answer', 'after-commit'] as const;

export type FaultPoint = (typeof faultPoints)[number];

/** Throws or kills the process. */
export type Fault = (point: FaultPoint) => void | Promise<void>;
