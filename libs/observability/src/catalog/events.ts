import { auditor, consumers as consuming, counters, limiter, owners } from '@drippulse/topology';
import type { CatalogEntry } from './entry.ts';

/** Every service with a schema has an outbox, even if only for the rows of the audit trail. */
const publishers = owners.map(({ name }) => name);
/**
 * Limits are sent to the services that count, and usage events are sent back to the service that sets limits, so all of
 * these services consume events.
 */
const metering = limiter === undefined ? [] : [limiter, ...counters.map(({ name }) => name)];
const consumers = [...new Set([...consuming, auditor, ...metering])];

/** Metrics of events between services. */
export const eventsMetrics = {
  drippulse_outbox_pending_rows: {
    type: 'gauge',
    unit: 'rows',
    help: 'Outbox rows not yet sent, counted up to 10,000, in the process that sends them.',
    labels: [],
    of: publishers,
  },
  drippulse_outbox_age_seconds: {
    type: 'gauge',
    unit: 'seconds',
    help: 'Age of the oldest outbox row not yet sent, in the process that sends them.',
    labels: [],
    of: publishers,
  },
  drippulse_events_published_total: {
    type: 'counter',
    unit: 'events',
    help: 'Events handed to the transport.',
    labels: ['topic'],
    of: publishers,
  },
  drippulse_events_consumed_total: {
    type: 'counter',
    unit: 'events',
    help: 'Events whose effect is done.',
    labels: ['topic', 'group'],
    of: consumers,
  },
  drippulse_event_lag_seconds: {
    type: 'histogram',
    unit: 'seconds',
    help: 'From when an event was raised to when its effect was done.',
    labels: ['topic', 'group'],
    of: consumers,
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 60, 300, 3600],
  },
  drippulse_events_dead_lettered_total: {
    type: 'counter',
    unit: 'events',
    help: 'Events given up and put on the dead-letter topic.',
    labels: ['topic', 'group'],
    of: consumers,
  },
  drippulse_consumer_lag_events: {
    type: 'gauge',
    unit: 'events',
    help: 'Events in the partition that the group has not handled, as the transport counts them.',
    labels: ['topic', 'group', 'partition'],
    of: consumers,
  },
} as const satisfies Record<string, CatalogEntry>;
