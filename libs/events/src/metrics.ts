import type { Metrics } from '@drippulse/observability';
import { Counter, Gauge } from 'prom-client';

/** What publishing and consuming measure. One set for each registry, shared by the relay and all consumers. */
export type EventMetrics = {
  outboxPending: Gauge;
  outboxAge: Gauge;
  published: Counter<'topic'>;
  consumed: Counter<'topic' | 'group'>;
  deadLettered: Counter<'topic' | 'group'>;
  lag: Gauge<'topic' | 'group' | 'partition'>;
};

const metricsByRegistry = new WeakMap<Metrics, EventMetrics>();

/** The instruments of a registry, made at the first call. */
export function eventMetrics(registry: Metrics): EventMetrics {
  const existing = metricsByRegistry.get(registry);
  if (existing) return existing;
  const registers = [registry];
  const created: EventMetrics = {
    outboxPending: new Gauge({
      name: 'drippulse_outbox_pending_rows',
      help: 'Outbox rows not yet sent, counted up to 10,000.',
      registers,
    }),
    outboxAge: new Gauge({
      name: 'drippulse_outbox_age_seconds',
      help: 'Age of the oldest outbox row not yet sent.',
      registers,
    }),
    published: new Counter({
      name: 'drippulse_events_published_total',
      help: 'Events handed to the transport.',
      labelNames: ['topic'],
      registers,
    }),
    consumed: new Counter({
      name: 'drippulse_events_consumed_total',
      help: 'Events whose effect is done.',
      labelNames: ['topic', 'group'],
      registers,
    }),
    deadLettered: new Counter({
      name: 'drippulse_events_dead_lettered_total',
      help: 'Events given up and put on the dead-letter topic.',
      labelNames: ['topic', 'group'],
      registers,
    }),
    lag: new Gauge({
      name: 'drippulse_consumer_lag_events',
      help: 'Events in the partition that the group has not handled.',
      labelNames: ['topic', 'group', 'partition'],
      registers,
    }),
  };
  metricsByRegistry.set(registry, created);
  return created;
}
