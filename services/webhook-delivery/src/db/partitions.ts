import type { Partitioning } from '@drippulse/db';

export const keptHours = 30 * 24;

/**
 * What is known of an event and its deliveries is kept for 30 days from the event's time. All three tables are
 * partitioned by that time, which never changes, so that a delivery falls together with its payload and its attempts.
 */
export const deliveryPartitions: readonly Partitioning[] = ['payloads', 'deliveries', 'attempts'].map((table) => ({
  table,
  column: 'event_at',
  keepHours: keptHours,
}));
