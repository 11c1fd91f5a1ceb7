import type { Alert } from '../alert.ts';

/** Alerts about numbers that lag behind, and about reports. */
export const analytics: readonly Alert[] = [
  {
    name: 'AnalyticsBehind',
    severity: 'ticket',
    expr: 'min by (topic) (drippulse_analytics_behind_seconds) > 600',
    for: '5m',
    summary:
      'Numbers of analytics lack what happened in the last {{ $value | humanizeDuration }}: {{ $labels.topic }} is not counted.',
    fires: { series: { 'drippulse_analytics_behind_seconds{topic="t",instance="a"}': '0+60x40' }, atMinute: 20 },
    quiet: {
      series: {
        'drippulse_analytics_behind_seconds{topic="t",instance="a"}': '0+60x40',
        'drippulse_analytics_behind_seconds{topic="t",instance="b"}': '4x40',
      },
      atMinute: 20,
    },
  },
  {
    name: 'ReportsFailing',
    severity: 'ticket',
    // Reports of a deleted workflow fail. When many reports fail, the more likely cause is the platform.
    expr: [
      'sum(increase(drippulse_reports_total{status="failed"}[1h])) > 3',
      'sum(increase(drippulse_reports_total{status="failed"}[1h])) > 0.2 * sum(increase(drippulse_reports_total[1h]))',
    ].join(' and '),
    for: '5m',
    summary: 'More than a fifth of the reports fail.',
    fires: {
      series: {
        'drippulse_reports_total{status="failed"}': '0+1x80',
        'drippulse_reports_total{status="ready"}': '0+2x80',
      },
      atMinute: 40,
    },
    quiet: {
      series: {
        'drippulse_reports_total{status="failed"}': '0+1x80',
        'drippulse_reports_total{status="ready"}': '0+9x80',
      },
      atMinute: 40,
    },
  },
];
