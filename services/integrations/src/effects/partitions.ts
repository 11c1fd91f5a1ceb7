import type { Partitioning } from '@drippulse/db';

/**
 * Retention of effects: 180 days from the planned time, which does not change when the request is repeated. The runtime
 * keeps the intents of its steps for the same time. An older effect is treated as one that may have happened.
 */
export const keptHours = 180 * 24;

/** Partitions effects by month. A repeat finds its partition by the planned time. */
export const effectPartitions: readonly Partitioning[] = [
  { table: 'effects', column: 'planned_at', keepHours: keptHours, by: 'month' },
];
