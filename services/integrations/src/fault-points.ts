/**
 * Points of an effect at which a process may die: after the commit of its intent, after the provider's answer, and
 * before the commit of its result. Tests set `fault` in the context, and kill the process at one of these points. Tests
 * that kill it between the request and the answer do so without `fault`.
 */
export const faultPoints = ['before-send', 'after-answer', 'before-commit'] as const;

export type FaultPoint = (typeof faultPoints)[number];

/** Throws or kills the process. */
export type Fault = (point: FaultPoint) => void | Promise<void>;
