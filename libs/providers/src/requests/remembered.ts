import type { ActionPlace } from '../actions.ts';

/**
 * Whether the provider may have forgotten the key of an attempt that may have been done: it keeps keys for `hours`. The
 * attempt was made after the action was planned, so counting from there looks too early rather than too late.
 */
export function isForgotten({ mayHaveHappened, plannedAt, now }: ActionPlace, hours: number): boolean {
  return mayHaveHappened && now !== undefined && now.getTime() - plannedAt.getTime() > hours * 3_600_000;
}
