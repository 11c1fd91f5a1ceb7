import type { Partitioning } from '@drippulse/db';

/** Retention of facts and quarter hours: 13 months. */
export const factHours = 396 * 24;
/** Retention of days: three years, because they have few rows. */
const dayHours = 37 * 31 * 24;

export const analyticsPartitions: readonly Partitioning[] = [
  { table: 'facts', column: 'at', keepHours: factHours },
  { table: 'step_facts', column: 'at', keepHours: factHours },
  { table: 'rollup_quarters', column: 'at', keepHours: factHours, by: 'month' },
  { table: 'rollup_days', column: 'at', keepHours: dayHours, by: 'month' },
];
