import type { Alert } from '../alert.ts';

/** Alerts about Stripe, and about charges through it. */
export const billing: readonly Alert[] = [
  {
    name: 'StripeHooksMissing',
    severity: 'ticket',
    expr: 'sum(increase(drippulse_billing_hooks_missed_total[1d])) > 0',
    for: '0m',
    summary: '{{ $value | humanize }} events of Stripe about our customers did not come within a day.',
    fires: { series: { drippulse_billing_hooks_missed_total: '0x30 3x60' }, atMinute: 45 },
    quiet: { series: { drippulse_billing_hooks_missed_total: '0x90' }, atMinute: 45 },
  },
  {
    name: 'StripeSweepFoundDifferences',
    severity: 'ticket',
    expr: 'sum(increase(drippulse_billing_differences_total{source="sweep"}[1d])) > 0',
    for: '0m',
    summary: 'The sweep found {{ $value | humanize }} subscriptions that differed from what was stored.',
    fires: { series: { 'drippulse_billing_differences_total{source="sweep"}': '0x30 2x60' }, atMinute: 45 },
    quiet: { series: { 'drippulse_billing_differences_total{source="hook"}': '0+5x90' }, atMinute: 45 },
  },
  {
    name: 'StripeAway',
    severity: 'ticket',
    expr: 'sum(increase(drippulse_billing_fetches_total{result="failed"}[15m])) > 3 and sum(increase(drippulse_billing_fetches_total{result="ok"}[15m])) == 0',
    for: '0m',
    summary: 'Stripe has answered no fetch for 15 minutes, and {{ $value | humanize }} failed.',
    fires: {
      series: {
        'drippulse_billing_fetches_total{result="failed"}': '0+2x60',
        'drippulse_billing_fetches_total{result="ok"}': '5x60',
      },
      atMinute: 45,
    },
    quiet: {
      series: {
        'drippulse_billing_fetches_total{result="failed"}': '0+2x60',
        'drippulse_billing_fetches_total{result="ok"}': '0+1x60',
      },
      atMinute: 45,
    },
  },
  {
    name: 'UsageNotCharged',
    severity: 'ticket',
    // Stripe's meters accept no usage that is older than 35 days.
    expr: [
      'max(drippulse_billing_unsent_usage_seconds) > 21600',
      'sum(increase(drippulse_billing_usage_events_total{result="abandoned"}[1d])) > 0',
    ].join(' or '),
    for: '10m',
    summary: "What organizations used beyond their plans does not reach Stripe's meters.",
    fires: { series: { drippulse_billing_unsent_usage_seconds: '22000+60x40' }, atMinute: 15 },
    quiet: { series: { drippulse_billing_unsent_usage_seconds: '20000+60x20 0x30' }, atMinute: 20 },
  },
  {
    name: 'StripeSubscriptionOdd',
    severity: 'ticket',
    expr: 'sum by (kind) (increase(drippulse_billing_oddities_total[1d])) > 0',
    for: '0m',
    summary: 'Stripe has what the platform would not make: {{ $labels.kind }}.',
    fires: { series: { 'drippulse_billing_oddities_total{kind="unknown_price"}': '0x30 2x60' }, atMinute: 45 },
    quiet: { series: { 'drippulse_billing_oddities_total{kind="unknown_price"}': '0x90' }, atMinute: 45 },
  },
];
