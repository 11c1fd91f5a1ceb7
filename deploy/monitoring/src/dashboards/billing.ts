import { dashboard } from './dashboard.ts';
import { lines, rateBy } from './panels.ts';

/** Subscriptions, and the traffic with Stripe. */
export const billing = dashboard('billing', 'Billing', [
  {
    title: 'Stripe',
    panels: [
      lines('Events of Stripe, by result', 'cps', rateBy('drippulse_billing_hooks_total', 'result')),
      lines('Fetches of customers, by result', 'cps', rateBy('drippulse_billing_fetches_total', 'result')),
      lines('Differences found, by what led to them', 'cps', rateBy('drippulse_billing_differences_total', 'source')),
      lines('Writes to Stripe, by result', 'cps', rateBy('drippulse_billing_operations_total', 'result')),
      lines('Totals of hours to meters, by result', 'cps', rateBy('drippulse_billing_usage_events_total', 'result')),
    ],
  },
]);
