import type { ActionPlace } from '../actions.ts';

/**
 * Whether the provider may have forgotten the key of an attempt that may have been done. The provider keeps keys for
 * `hours`. The hours are counted from the planned time. This is safe, because the attempt was made after the planned
 * time.
 */
export function isForgotten({ mayHaveHappened, plannedAt, now }: ActionPlace, hours: number): boolean {
  return mayHaveHappened && now !== undefined && now.getTime() - plannedAt.getTime() > hours * 3_600_000;
}
