import type { Partitioning } from '@drippulse/db';

export const keptHours = 30 * 24;

/**
 * An event's payload, its deliveries and their attempts are kept for 30 days from the event's time. All three tables
 * are partitioned by that time, which never changes, so they are dropped together.
 */
export const deliveryPartitions: readonly Partitioning[] = ['payloads', 'deliveries', 'attempts'].map((table) => ({
  table,
  column: 'event_at',
  keepHours: keptHours,
}));
