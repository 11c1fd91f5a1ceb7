import type { Alert } from '../alert.ts';

/** Alerts about runs, the events that reach them, and postponed work. */
export const enrollments: readonly Alert[] = [
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
    name: 'EventsNotSpreading',
    severity: 'ticket',
    expr: 'min by (service) (drippulse_spreading_event_age_seconds) > 300',
    for: '5m',
    summary:
      'An event that was accepted {{ $value | humanizeDuration }} ago has not reached all workflows and enrollments that await it.',
    fires: { series: { 'drippulse_spreading_event_age_seconds{service="r"}': '0+60x30' }, atMinute: 15 },
    quiet: { series: { 'drippulse_spreading_event_age_seconds{service="r"}': '0 60 120 0x30' }, atMinute: 15 },
  },
  {
    name: 'WorkPostponed',
    severity: 'ticket',
    expr: 'max by (service, kind) (drippulse_postponed_items) > 0',
    for: '10m',
    summary: '{{ $value }} items of {{ $labels.kind }} fail whenever {{ $labels.service }} tries them. Others go on.',
    fires: { series: { 'drippulse_postponed_items{service="r",kind="judge_mail"}': '0 1x20' }, atMinute: 13 },
    quiet: { series: { 'drippulse_postponed_items{service="r",kind="judge_mail"}': '0 1x6 0x20' }, atMinute: 13 },
  },
];
