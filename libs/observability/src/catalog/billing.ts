import { serviceOf } from '@drippulse/topology';
import type { CatalogEntry } from './entry.ts';

/** Metrics of subscriptions and of calls to Stripe. */
export const billingMetrics = {
  drippulse_billing_hooks_total: {
    type: 'counter',
    unit: 'events',
    help: 'Events that Stripe sent, by result: taken, duplicate, unknown_customer, or refused for its signature.',
    labels: ['result'],
    of: [serviceOf('billing')],
  },
  drippulse_billing_hooks_missed_total: {
    type: 'counter',
    unit: 'events',
    help: 'Events about our customers that Stripe lists and that never came. The nightly sweep finds them.',
    labels: [],
    of: [serviceOf('billing')],
  },
  drippulse_billing_fetches_total: {
    type: 'counter',
    unit: 'fetches',
    help: 'Fetches of a customer from Stripe, by result: ok or failed.',
    labels: ['result'],
    of: [serviceOf('billing')],
  },
  drippulse_billing_differences_total: {
    type: 'counter',
    unit: 'differences',
    help: 'Fetches that found a subscription changed, by what led to them: hook, write, return (from Checkout) or sweep.',
    labels: ['source'],
    of: [serviceOf('billing')],
  },
  drippulse_billing_operations_total: {
    type: 'counter',
    unit: 'attempts',
    help: 'Attempts of writes to Stripe, by result: done, refused, put_off (it may have been done, and is repeated), or abandoned.',
    labels: ['result'],
    of: [serviceOf('billing')],
  },
  drippulse_billing_usage_events_total: {
    type: 'counter',
    unit: 'events',
    help: "Attempts to send Stripe's meters the total of an hour, by result: sent, put_off, or abandoned (it can be charged no more).",
    labels: ['result'],
    of: [serviceOf('billing')],
  },
  drippulse_billing_unsent_usage_seconds: {
    type: 'gauge',
    unit: 'seconds',
    help: "For how long the oldest total of an hour waits to be sent to Stripe's meters; 0 while none does.",
    labels: [],
    of: [serviceOf('billing')],
  },
  drippulse_billing_oddities_total: {
    type: 'counter',
    unit: 'findings',
    help: 'What Stripe has and this platform would not make, by kind: several_subscriptions of a customer, or a subscription with an unknown_price.',
    labels: ['kind'],
    of: [serviceOf('billing')],
  },
} as const satisfies Record<string, CatalogEntry>;
