import type { Partitioning } from '@drippulse/db';

/** An event and its consequences are kept for 90 days from the time of its acceptance, which never changes. */
export const eventPartitions: readonly Partitioning[] = ['events', 'event_contacts', 'event_answers'].map((table) => ({
  table,
  column: 'accepted_at',
  keepHours: 90 * 24,
}));
