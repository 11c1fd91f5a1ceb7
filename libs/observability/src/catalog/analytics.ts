import { serviceOf } from '@drippulse/topology';
import type { CatalogEntry } from './entry.ts';

/** Metrics of facts and their sums. */
export const analyticsMetrics = {
  drippulse_analytics_facts_total: {
    type: 'counter',
    unit: 'facts',
    help: 'Facts that were stored and counted. Events that came again are not among them.',
    labels: [],
    of: [serviceOf('analytics')],
  },
  drippulse_analytics_recounts_total: {
    type: 'counter',
    unit: 'days',
    help: 'Days of organizations that were counted anew, because facts about them came late.',
    labels: [],
    of: [serviceOf('analytics')],
  },
  drippulse_analytics_behind_seconds: {
    type: 'gauge',
    unit: 'seconds',
    help: 'How long ago everything in the event log of a topic was counted.',
    labels: ['topic'],
    of: [serviceOf('analytics')],
  },
  drippulse_reports_total: {
    type: 'counter',
    unit: 'reports',
    help: 'Reports that ended, by type and status: `ready` or `failed`.',
    labels: ['type', 'status'],
    of: [serviceOf('analytics')],
  },
  drippulse_report_duration_seconds: {
    type: 'histogram',
    unit: 'seconds',
    help: 'How long reports took from the request to their end.',
    labels: [],
    of: [serviceOf('analytics')],
    buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800],
  },
} as const satisfies Record<string, CatalogEntry>;
