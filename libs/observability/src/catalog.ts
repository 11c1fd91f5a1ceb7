import { agentsMetrics } from './catalog/agents.ts';
import { analyticsMetrics } from './catalog/analytics.ts';
import { apiMetrics } from './catalog/api.ts';
import { billingMetrics } from './catalog/billing.ts';
import { enrollmentsMetrics } from './catalog/enrollments.ts';
import { eventsMetrics } from './catalog/events.ts';
import { integrationsMetrics } from './catalog/integrations.ts';
import { messagingMetrics } from './catalog/messaging.ts';
import { processesMetrics } from './catalog/processes.ts';
import { recordsMetrics } from './catalog/records.ts';
import { webhooksMetrics } from './catalog/webhooks.ts';

export type { CatalogEntry } from './catalog/entry.ts';

/**
 * All metrics of the platform. Instruments, docs/metrics.md, dashboards, alerts and their tests are made from this
 * catalog. Labels never contain an organization, an id or a raw path.
 */
export const catalog = {
  ...apiMetrics,
  ...enrollmentsMetrics,
  ...messagingMetrics,
  ...webhooksMetrics,
  ...recordsMetrics,
  ...integrationsMetrics,
  ...billingMetrics,
  ...agentsMetrics,
  ...analyticsMetrics,
  ...eventsMetrics,
  ...processesMetrics,
};

export type MetricName = keyof typeof catalog;

/** The default metrics of the Prometheus client for Node, as far as dashboards and alerts use them. */
export const processMetricNames = [
  'nodejs_eventloop_lag_p99_seconds',
  'nodejs_gc_duration_seconds',
  'nodejs_heap_size_used_bytes',
  'process_cpu_seconds_total',
  'process_resident_memory_bytes',
  'process_start_time_seconds',
] as const;
