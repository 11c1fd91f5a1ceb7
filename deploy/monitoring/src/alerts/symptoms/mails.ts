import type { Alert } from '../alert.ts';

/** Alerts about mails of enrollments, and about mails of the platform itself. */
export const mails: readonly Alert[] = [
  {
    name: 'TrackingHitsDropped',
    severity: 'ticket',
    expr: 'sum(rate(drippulse_tracking_hits_dropped_total{reason=~"full|refused"}[5m])) > 0',
    for: '2m',
    summary: 'Opens and clicks of mails are lost: {{ $value }} hits a second cannot be stored.',
    fires: {
      series: { 'drippulse_tracking_hits_dropped_total{reason="refused"}': '0+600x20' },
      atMinute: 12,
    },
    quiet: {
      series: {
        'drippulse_tracking_hits_dropped_total{reason="full"}': '7x20',
        'drippulse_tracking_hits_dropped_total{reason="flood"}': '0+600x20',
      },
      atMinute: 12,
    },
  },
  {
    name: 'TrackingStopped',
    severity: 'ticket',
    // A counter that is still zero has no series, for example after a restart of all processes. `vector(0)` then takes
    // its place.
    expr: [
      '(sum(increase(drippulse_tracking_hits_total[1h])) or vector(0)) == 0',
      'sum(increase(drippulse_tracking_hits_total[1h] offset 1d)) > 100',
    ].join(' and '),
    for: '10m',
    summary: 'No open and no click was stored for an hour. A day ago the same hour had more than 100.',
    fires: {
      series: { 'drippulse_tracking_hits_total{service="r",kind="open"}': '0+5x1440 7200x200 _x100' },
      atMinute: 1_560,
    },
    quiet: {
      // Nights are quiet, and a few hits prove nothing.
      series: { 'drippulse_tracking_hits_total{service="r",kind="open"}': '0+1x1440 1440x200' },
      atMinute: 1_560,
    },
  },
  {
    name: 'HoldsGrowOld',
    severity: 'ticket',
    expr: 'max(drippulse_held_send_age_seconds) > 432000',
    for: '30m',
    summary: 'Rules have held a mail back for {{ $value | humanizeDuration }}.',
    fires: { series: { 'drippulse_held_send_age_seconds{service="r"}': '500000x60' }, atMinute: 40 },
    quiet: { series: { 'drippulse_held_send_age_seconds{service="r"}': '86400x60' }, atMinute: 40 },
  },
  {
    name: 'DeliverabilityFalling',
    severity: 'ticket',
    // Receivers refuse a sender above 2 % bounces or 0.1 % complaints. A few mails prove nothing.
    expr: [
      'max(drippulse_suppressions_of_day{reason="bounce"}) > 0.02 * (sum(increase(drippulse_sends_decided_total{decision="send"}[1d])) > 200)',
      'max(drippulse_suppressions_of_day{reason="complaint"}) > 0.001 * (sum(increase(drippulse_sends_decided_total{decision="send"}[1d])) > 1000)',
    ].join(' or '),
    for: '10m',
    summary: '{{ $value }} addresses bounced, or reported mail as spam, within a day: more than receivers put up with.',
    fires: {
      series: {
        'drippulse_suppressions_of_day{service="r",reason="bounce"}': '30x1500',
        'drippulse_sends_decided_total{service="r",decision="send"}': '0+0.5x1500',
      },
      atMinute: 1480,
    },
    quiet: {
      series: {
        'drippulse_suppressions_of_day{service="r",reason="bounce"}': '5x1500',
        'drippulse_sends_decided_total{service="r",decision="send"}': '0+0.5x1500',
      },
      atMinute: 1480,
    },
  },
  {
    name: 'NoticesNotSent',
    severity: 'ticket',
    expr: [
      'sum(increase(drippulse_notices_total{outcome!="sent"}[1h])) > 0',
      'sum(increase(drippulse_notices_total{outcome="sent"}[1h])) > 0',
    ].join(' unless '),
    for: '5m',
    summary:
      "The mail server takes none of the platform's own mails: nobody hears of approvals, disabled webhooks and invitations.",
    fires: { series: { 'drippulse_notices_total{outcome="put_off"}': '0 1 2x80' }, atMinute: 12 },
    quiet: {
      series: {
        'drippulse_notices_total{outcome="put_off"}': '0 1 2x80',
        'drippulse_notices_total{outcome="sent"}': '0 1 2x80',
      },
      atMinute: 12,
    },
  },
];
