import type { Alert } from '../alert.ts';

/** Alerts about connections, providers and data sources. */
export const integrations: readonly Alert[] = [
  {
    name: 'ConnectionsFailing',
    severity: 'ticket',
    // A single failed connection is a problem of its organization, which gets a mail. Many failed connections are a
    // problem of the operator.
    expr: 'sum(increase(drippulse_integration_connections_failed_total[1h])) > 5',
    for: '0m',
    summary: '{{ $value | humanize }} connections to providers of integrations stopped working within an hour.',
    fires: {
      series: { 'drippulse_integration_connections_failed_total{reason="invalid_grant"}': '0x30 10x60' },
      atMinute: 45,
    },
    quiet: {
      series: { 'drippulse_integration_connections_failed_total{reason="invalid_grant"}': '0x30 2x60' },
      atMinute: 45,
    },
  },
  {
    name: 'RefreshContention',
    severity: 'ticket',
    expr: 'histogram_quantile(0.99, sum by (le) (rate(drippulse_integration_refresh_wait_seconds_bucket[10m]))) > 10',
    for: '10m',
    summary: 'Calls wait {{ $value | humanizeDuration }} for the refresh of a token by another process.',
    fires: {
      series: {
        'drippulse_integration_refresh_wait_seconds_bucket{le="10"}': '0x60',
        'drippulse_integration_refresh_wait_seconds_bucket{le="20"}': '0+5x60',
        'drippulse_integration_refresh_wait_seconds_bucket{le="+Inf"}': '0+5x60',
      },
      atMinute: 30,
    },
    quiet: {
      series: {
        'drippulse_integration_refresh_wait_seconds_bucket{le="10"}': '0+5x60',
        'drippulse_integration_refresh_wait_seconds_bucket{le="20"}': '0+5x60',
        'drippulse_integration_refresh_wait_seconds_bucket{le="+Inf"}': '0+5x60',
      },
      atMinute: 30,
    },
  },
  {
    name: 'ProviderAway',
    severity: 'ticket',
    expr: [
      'sum by (provider) (rate(drippulse_provider_calls_total{class=~"temporary|unknown"}[10m]))',
      '> 0.5 * (sum by (provider) (rate(drippulse_provider_calls_total[10m])) > 0.05)',
    ].join(' '),
    for: '10m',
    summary: 'Most requests to {{ $labels.provider }} get no usable answer.',
    fires: {
      series: {
        'drippulse_provider_calls_total{provider="slack",class="temporary"}': '0+30x60',
        'drippulse_provider_calls_total{provider="slack",class="ok"}': '0+10x60',
      },
      atMinute: 40,
    },
    quiet: {
      series: {
        'drippulse_provider_calls_total{provider="slack",class="temporary"}': '0+1x60',
        'drippulse_provider_calls_total{provider="slack",class="ok"}': '0+100x60',
      },
      atMinute: 40,
    },
  },
  {
    name: 'ProviderRefusesOperator',
    severity: 'ticket',
    expr: 'sum by (provider) (increase(drippulse_provider_calls_total{class="operator"}[30m])) > 0',
    for: '5m',
    summary:
      '{{ $labels.provider }} refuses the client id, secret or app of this installation: no customer can mend that.',
    fires: { series: { 'drippulse_provider_calls_total{provider="zoom",class="operator"}': '0 1 2x60' }, atMinute: 12 },
    quiet: { series: { 'drippulse_provider_calls_total{provider="zoom",class="ok"}': '0+1x60' }, atMinute: 12 },
  },
  {
    name: 'ProviderCallsFailing',
    severity: 'ticket',
    // A call that waits because of a rate limit is not a failure. A few calls prove nothing.
    expr: [
      'sum by (provider) (rate(drippulse_provider_calls_total{class=~"permanent|permission|credentials|per_record"}[30m]))',
      '> 0.5 * (sum by (provider) (rate(drippulse_provider_calls_total[30m])) > 0.1)',
    ].join(' '),
    for: '30m',
    summary: '{{ $labels.provider }} refuses most requests: a field, a scope or a version may have ended there.',
    fires: {
      series: {
        'drippulse_provider_calls_total{provider="hubspot",class="permanent"}': '0+30x120',
        'drippulse_provider_calls_total{provider="hubspot",class="ok"}': '0+10x120',
      },
      atMinute: 90,
    },
    quiet: {
      series: {
        'drippulse_provider_calls_total{provider="hubspot",class="permanent"}': '0+5x120',
        'drippulse_provider_calls_total{provider="hubspot",class="ok"}': '0+50x120',
      },
      atMinute: 90,
    },
  },
  {
    name: 'DataSourceRunsFailing',
    severity: 'ticket',
    // Single sources fail because of their owners. When most runs fail, the more likely cause is the platform.
    expr: [
      'sum(increase(drippulse_data_source_runs_total{status="failed"}[1h])) > 5',
      'sum(increase(drippulse_data_source_runs_total{status="failed"}[1h])) > 0.5 * sum(increase(drippulse_data_source_runs_total[1h]))',
    ].join(' and '),
    for: '5m',
    summary: 'More than half of the runs of data sources fail.',
    fires: {
      series: {
        'drippulse_data_source_runs_total{status="failed"}': '0+1x80',
        'drippulse_data_source_runs_total{status="completed"}': '0 1 2x80',
      },
      atMinute: 40,
    },
    quiet: {
      series: {
        'drippulse_data_source_runs_total{status="failed"}': '0+1x80',
        'drippulse_data_source_runs_total{status="completed"}': '0+3x80',
      },
      atMinute: 40,
    },
  },
];
