import { counter, gauge, type Metrics } from '@drippulse/observability';

/** Creates the metrics of a service that publishes. */
export function publishingMetrics(registry: Metrics) {
  return {
    outboxPending: gauge(registry, 'drippulse_outbox_pending_rows'),
    outboxAge: gauge(registry, 'drippulse_outbox_age_seconds'),
    published: counter(registry, 'drippulse_events_published_total'),
  };
}
