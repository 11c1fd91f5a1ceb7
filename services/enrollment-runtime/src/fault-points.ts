/**
 * The points between a claim and its commits at which a process may die. Tests set `fault` in the context and kill the
 * runtime at each of them.
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

/**
 * Points that only a mail has: the ledger has its permit, and nothing was sent; or the mail server took the mail, and
 * the ledger does not know yet.
 */
export const mailFaultPoints = ['after-permit', 'after-smtp'] as const;

export type FaultPoint = (typeof faultPoints)[number] | (typeof mailFaultPoints)[number];

/** Throws or kills the process. Nothing catches the error before the loop in which it is thrown. */
export type Fault = (point: FaultPoint) => void | Promise<void>;
