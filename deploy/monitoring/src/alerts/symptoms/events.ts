import type { Alert } from '../alert.ts';

/** Alerts about events that are not sent, cannot be handled, or are handled late. */
export const events: readonly Alert[] = [
  {
    name: 'OutboxNotDraining',
    severity: 'page',
    expr: 'max by (service) (drippulse_outbox_age_seconds) > 60',
    for: '1m',
    summary: 'The oldest event of {{ $labels.service }} waits for {{ $value | humanizeDuration }} to be sent.',
    fires: { series: { 'drippulse_outbox_age_seconds{service="crm"}': '0+30x10' }, atMinute: 6 },
    quiet: { series: { 'drippulse_outbox_age_seconds{service="crm"}': '0 20 40 55 0x6' }, atMinute: 6 },
  },
  {
    name: 'EventsDeadLettered',
    severity: 'ticket',
    // A counter that first appears with a dead letter shows no increase, so the alert also fires for a new series.
    expr: [
      'sum by (topic, group) (increase(drippulse_events_dead_lettered_total[15m])) > 0',
      'sum by (topic, group) (drippulse_events_dead_lettered_total unless drippulse_events_dead_lettered_total offset 15m) > 0',
    ].join(' or '),
    for: '0m',
    summary: 'The group {{ $labels.group }} has given up events of {{ $labels.topic }}.',
    fires: {
      series: { 'drippulse_events_dead_lettered_total{topic="drippulse.crm.v1",group="g"}': '_x20 1x10' },
      atMinute: 22,
    },
    quiet: {
      series: { 'drippulse_events_dead_lettered_total{topic="drippulse.crm.v1",group="g"}': '3x60' },
      atMinute: 50,
    },
  },
  {
    name: 'EventConsumerDown',
    severity: 'page',
    expr: 'min by (service) (drippulse_part_up{part=~"(.+[.])?events"}) == 0',
    for: '1m',
    summary: 'An event consumer of {{ $labels.service }} has ended and could not be replaced.',
    fires: { series: { 'drippulse_part_up{part="events",service="crm"}': '1 0x10' }, atMinute: 4 },
    quiet: { series: { 'drippulse_part_up{part="events",service="crm"}': '1 0 1x10' }, atMinute: 4 },
  },
  {
    name: 'ConsumerLagGrowing',
    severity: 'ticket',
    expr: 'sum by (topic, group) (max by (topic, group, partition) (drippulse_consumer_lag_events)) > 10000',
    for: '10m',
    summary: 'The group {{ $labels.group }} is {{ $value }} events behind on {{ $labels.topic }}.',
    fires: {
      series: { 'drippulse_consumer_lag_events{topic="t",group="g",partition="0"}': '20000x30' },
      atMinute: 15,
    },
    quiet: {
      series: { 'drippulse_consumer_lag_events{topic="t",group="g",partition="0"}': '20000x5 10x30' },
      atMinute: 15,
    },
  },
];
