import type { Attempt } from './attempt.ts';
import type { Claimed } from './claimed.ts';
import type { Move } from './moves.ts';

/** An attempt that has ended. */
export type Result = { delivery: Claimed; attempt: Attempt };

/** A result with the resulting move. The move is undefined if this worker no longer leases the delivery. */
export type Recorded = Result & { move: Move | undefined };
