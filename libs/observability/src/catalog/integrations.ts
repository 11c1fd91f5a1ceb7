import { serviceOf } from '@drippulse/topology';
import type { CatalogEntry } from './entry.ts';

/** Metrics of connections, calls to providers, and data sources. */
export const integrationsMetrics = {
  drippulse_provider_hosts_override: {
    type: 'gauge',
    unit: 'boolean',
    help: '1 while PROVIDER_HOSTS_OVERRIDE sends the calls to all providers elsewhere, else 0.',
    labels: [],
    of: [serviceOf('integrations')],
  },
  drippulse_integration_refreshes_total: {
    type: 'counter',
    unit: 'refreshes',
    help: 'Refreshes of tokens by provider and result: ok, overtaken (another process or person was first), or the class of the failure.',
    labels: ['provider', 'result'],
    of: [serviceOf('integrations')],
  },
  drippulse_integration_refresh_wait_seconds: {
    type: 'histogram',
    unit: 'seconds',
    help: 'How long calls waited for the refresh of a token by another process.',
    labels: [],
    of: [serviceOf('integrations')],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20],
  },
  drippulse_integration_connections_failed_total: {
    type: 'counter',
    unit: 'connections',
    help: 'Connections that were disabled because their provider refuses the credentials, by its code; rare codes are `other`.',
    labels: ['reason'],
    of: [serviceOf('integrations')],
  },
  drippulse_provider_calls_total: {
    type: 'counter',
    unit: 'calls',
    help: 'Requests to providers of integrations, by provider and by what the answer meant: `ok`, `done`, `rate_limited`, `temporary`, `unknown`, `permanent`, `permission`, `credentials`, `operator` or `per_record`.',
    labels: ['provider', 'class'],
    of: [serviceOf('integrations')],
  },
  drippulse_provider_call_duration_seconds: {
    type: 'histogram',
    unit: 'seconds',
    help: 'Time until a provider answered or did not, by provider.',
    labels: ['provider'],
    of: [serviceOf('integrations')],
    buckets: [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 60],
  },
  drippulse_provider_limit_waits_total: {
    type: 'counter',
    unit: 'waits',
    help: 'Requests that had to wait for the limits of an account: for a moment (slept), or until their caller comes again (postponed).',
    labels: ['provider', 'kind'],
    of: [serviceOf('integrations')],
  },
  drippulse_data_source_runs_total: {
    type: 'counter',
    unit: 'runs',
    help: 'Runs of data sources that ended, by status.',
    labels: ['status'],
    of: [serviceOf('integrations')],
  },
  drippulse_data_source_rows_total: {
    type: 'counter',
    unit: 'rows',
    help: 'Rows of data sources, by what became of them, counted when their run ends.',
    labels: ['outcome'],
    of: [serviceOf('integrations')],
  },
} as const satisfies Record<string, CatalogEntry>;
