import { dashboard } from './dashboard.ts';
import { lines, quantiles, rateBy } from './panels.ts';

export const webhooks = dashboard('webhooks', 'Webhooks', [
  {
    title: 'Deliveries',
    panels: [
      lines('Deliveries made and attempts', 'cps', [
        { expr: 'sum(rate(drippulse_webhook_deliveries_queued_total[$__rate_interval]))', legend: 'deliveries' },
        ...rateBy('drippulse_webhook_attempts_total', 'result'),
      ]),
      lines('Lag of first attempts', 's', quantiles('drippulse_webhook_lag_seconds', '{kind="first"}')),
      lines('Longest overdue, by class of organization', 's', [
        { expr: 'max by (class) (drippulse_webhook_overdue_seconds)', legend: '{{class}}' },
      ]),
      lines('Duration of attempts', 's', quantiles('drippulse_webhook_attempt_duration_seconds')),
      lines('Requests in flight', 'none', [{ expr: 'sum(drippulse_webhook_requests_in_flight)', legend: 'in flight' }]),
      lines('Webhooks disabled', 'cps', rateBy('drippulse_webhook_endpoints_disabled_total', 'reason')),
    ],
  },
]);
