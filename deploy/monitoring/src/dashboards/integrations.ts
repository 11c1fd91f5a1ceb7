import { dashboard } from './dashboard.ts';
import { lines, quantiles, rateBy } from './panels.ts';

/** Providers of integrations, connections to them, and data sources. */
export const integrations = dashboard('integrations', 'Integrations', [
  {
    title: 'Calls of providers',
    panels: [
      lines('Calls by class', 'reqps', rateBy('drippulse_provider_calls_total', 'class')),
      lines('Calls by provider', 'reqps', rateBy('drippulse_provider_calls_total', 'provider')),
      lines('Duration of calls', 's', quantiles('drippulse_provider_call_duration_seconds')),
      lines('Waits for the limits of accounts', 'cps', rateBy('drippulse_provider_limit_waits_total', 'provider')),
      lines('Calls of all providers sent elsewhere', 'none', [
        { expr: 'max(drippulse_provider_hosts_override)', legend: 'PROVIDER_HOSTS_OVERRIDE' },
      ]),
    ],
  },
  {
    title: 'Connections',
    panels: [
      lines('Refreshes of tokens', 'cps', rateBy('drippulse_integration_refreshes_total', 'result')),
      lines('Waits for the refresh of another process', 's', quantiles('drippulse_integration_refresh_wait_seconds')),
      lines(
        'Connections that stopped working',
        'cps',
        rateBy('drippulse_integration_connections_failed_total', 'reason'),
      ),
    ],
  },
  {
    title: 'Data sources',
    panels: [
      lines('Runs that ended, by status', 'cps', rateBy('drippulse_data_source_runs_total', 'status')),
      lines('Rows, by what became of them', 'cps', rateBy('drippulse_data_source_rows_total', 'outcome')),
    ],
  },
]);
