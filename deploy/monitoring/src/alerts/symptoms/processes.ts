import type { Alert } from '../alert.ts';

/** Alerts about parts of processes that are unavailable, fail or are overloaded. */
export const processes: readonly Alert[] = [
  {
    name: 'DatabaseAway',
    severity: 'page',
    expr: 'min by (service) (drippulse_part_up{part=~"(.+[.])?database"}) == 0',
    for: '30s',
    summary: 'The database of {{ $labels.service }} does not answer.',
    fires: { series: { 'drippulse_part_up{part="database",service="crm"}': '1 0x10' }, atMinute: 3 },
    quiet: { series: { 'drippulse_part_up{part="database",service="crm"}': '1x10' }, atMinute: 3 },
  },
  {
    name: 'LimitsDegraded',
    severity: 'ticket',
    expr: 'max by (service) (drippulse_limits_degraded) == 1',
    for: '5m',
    summary: 'Redis is away: each process of {{ $labels.service }} counts limits by itself.',
    fires: { series: { 'drippulse_limits_degraded{service="gateway"}': '0 1x10' }, atMinute: 8 },
    quiet: { series: { 'drippulse_limits_degraded{service="gateway"}': '0 1 1 0x10' }, atMinute: 8 },
  },
  {
    name: 'LoopFailing',
    severity: 'ticket',
    expr: [
      'sum by (service, loop) (rate(drippulse_loop_run_duration_seconds_count{result="failed"}[5m]))',
      'sum by (service, loop) (rate(drippulse_loop_run_duration_seconds_count[5m])) > 0.5',
    ].join(' / '),
    for: '5m',
    summary:
      'The loop {{ $labels.loop }} of {{ $labels.service }} fails in {{ $value | humanizePercentage }} of its runs.',
    fires: {
      series: { 'drippulse_loop_run_duration_seconds_count{service="s",loop="relay",result="failed"}': '0+12x20' },
      atMinute: 15,
    },
    quiet: {
      series: {
        'drippulse_loop_run_duration_seconds_count{service="s",loop="relay",result="failed"}': '0+1x20',
        'drippulse_loop_run_duration_seconds_count{service="s",loop="relay",result="ok"}': '0+60x20',
      },
      atMinute: 15,
    },
  },
  {
    name: 'JobFailed',
    severity: 'ticket',
    // As with dead letters, a counter that first appears with a failed job shows no increase, so the alert also fires
    // for a new series.
    expr: [
      'sum by (service, kind) (increase(drippulse_jobs_failed_total[15m])) > 0',
      'sum by (service, kind) (drippulse_jobs_failed_total unless drippulse_jobs_failed_total offset 15m) > 0',
    ].join(' or '),
    for: '0m',
    summary: '{{ $labels.service }} has given up a job of the kind {{ $labels.kind }}.',
    fires: { series: { 'drippulse_jobs_failed_total{service="crm",kind="import"}': '_x20 1x10' }, atMinute: 22 },
    quiet: { series: { 'drippulse_jobs_failed_total{service="crm",kind="import"}': '3x60' }, atMinute: 50 },
  },
  {
    name: 'EventLoopBlocked',
    severity: 'ticket',
    expr: 'max by (service) (nodejs_eventloop_lag_p99_seconds) > 0.5',
    for: '5m',
    summary: 'Timers of {{ $labels.service }} come {{ $value | humanizeDuration }} late: its process is overloaded.',
    fires: { series: { 'nodejs_eventloop_lag_p99_seconds{service="s"}': '1x20' }, atMinute: 10 },
    quiet: { series: { 'nodejs_eventloop_lag_p99_seconds{service="s"}': '0.05x20' }, atMinute: 10 },
  },
  {
    name: 'OrganizationDeletionStuck',
    severity: 'ticket',
    // The deletion of an organization with many millions of rows takes hours. An unavailable service or an unavailable
    // Stripe also delays a deletion.
    expr: 'max(drippulse_organization_deletion_overdue_seconds) > 14400',
    for: '10m',
    summary: 'The deletion of an organization is under way or late for {{ $value | humanizeDuration }}.',
    fires: { series: { drippulse_organization_deletion_overdue_seconds: '15000+60x30' }, atMinute: 15 },
    quiet: { series: { drippulse_organization_deletion_overdue_seconds: '13000+60x20 0x30' }, atMinute: 20 },
  },
];
