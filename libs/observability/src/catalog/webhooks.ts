import { serviceOf } from '@drippulse/topology';
import type { CatalogEntry } from './entry.ts';

/** Metrics of webhooks. */
export const webhooksMetrics = {
  drippulse_webhook_deliveries_queued_total: {
    type: 'counter',
    unit: 'deliveries',
    help: 'Deliveries made of events.',
    labels: [],
    of: [serviceOf('webhooks')],
  },
  drippulse_webhook_attempts_total: {
    type: 'counter',
    unit: 'attempts',
    help: 'Attempts by what became of them: ok, or the reason code of the failure.',
    labels: ['result'],
    of: [serviceOf('webhooks')],
  },
  drippulse_webhook_attempt_duration_seconds: {
    type: 'histogram',
    unit: 'seconds',
    help: 'From the start of an attempt to the end of the answer.',
    labels: [],
    of: [serviceOf('webhooks')],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15],
  },
  drippulse_webhook_lag_seconds: {
    type: 'histogram',
    unit: 'seconds',
    help: 'From when a delivery was due to its attempt, by first attempt or retry, held up ones included.',
    labels: ['kind', 'class'],
    of: [serviceOf('webhooks')],
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 60, 300, 3600],
  },
  drippulse_webhook_overdue_seconds: {
    type: 'gauge',
    unit: 'seconds',
    help: 'How long the delivery has been due that waits longest, held up ones included, of organizations with more than a hundred due (large) and of all others (small).',
    labels: ['class'],
    of: [serviceOf('webhooks')],
  },
  drippulse_webhook_endpoints_disabled_total: {
    type: 'counter',
    unit: 'webhooks',
    help: 'Webhooks disabled, by reason.',
    labels: ['reason'],
    of: [serviceOf('webhooks')],
  },
  drippulse_webhook_requests_in_flight: {
    type: 'gauge',
    unit: 'requests',
    help: 'Requests to endpoints under way.',
    labels: [],
    of: [serviceOf('webhooks')],
  },
} as const satisfies Record<string, CatalogEntry>;
