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
 * Points that only mails have. At `after-permit`, the ledger has the permit and nothing was sent. At `after-smtp`, the
 * mail server has accepted the mail and the ledger does not show this yet.
 */
export const mailFaultPoints = ['after-permit', 'after-smtp'] as const;

export type FaultPoint = (typeof faultPoints)[number] | (typeof mailFaultPoints)[number];

/** Throws an error or kills the process. The error is caught only by the loop in which it is thrown. */
export type Fault = (point: FaultPoint) => void | Promise<void>;
