import type { Alert } from './alert.ts';

/** Faults that need attention before a promise is broken, or without one. */
export const symptoms: readonly Alert[] = [
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
    // A counter that begins with its first dead letter has no increase, so a new series counts too.
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
    name: 'DueWorkNotClaimed',
    severity: 'page',
    expr: 'min by (service, kind) (drippulse_due_work_age_seconds) > 30',
    for: '2m',
    summary: 'Due {{ $labels.kind }} wait for {{ $value | humanizeDuration }} and no process claims them.',
    fires: { series: { 'drippulse_due_work_age_seconds{service="r",kind="runs"}': '0+60x10' }, atMinute: 6 },
    quiet: { series: { 'drippulse_due_work_age_seconds{service="r",kind="runs"}': '5x10' }, atMinute: 6 },
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
    // As with dead letters: a counter that begins with its first job has no increase.
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
];
