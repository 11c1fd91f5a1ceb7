import type { Partitioning } from '@drippulse/db';

/**
 * An effect is known for 180 days from its plan, which is the same on every repeat. The runtime keeps the intents of
 * its steps as long; an older one that is repeated may have happened.
 */
export const keptHours = 180 * 24;

/** By the month, since a repeat names the time of its plan. */
export const effectPartitions: readonly Partitioning[] = [
  { table: 'effects', column: 'planned_at', keepHours: keptHours, by: 'month' },
];
