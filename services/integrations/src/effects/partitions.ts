import type { Partitioning } from '@drippulse/db';

/**
 * An effect is remembered for 180 days from its planned time, which is the same on every repeat. The runtime keeps the
 * intents of its steps equally long. A repeat of an older effect may have happened.
 */
export const keptHours = 180 * 24;

/** Partitioned by month; a repeat names the planned time. */
export const effectPartitions: readonly Partitioning[] = [
  { table: 'effects', column: 'planned_at', keepHours: keptHours, by: 'month' },
];
