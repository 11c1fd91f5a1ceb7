import { dashboard } from './dashboard.ts';
import { lines, quantiles, rateBy } from './panels.ts';

export const enrollments = dashboard('enrollments', 'Enrollments', [
  {
    title: 'Throughput',
    panels: [
      lines('Started and ended', 'cps', [
        { expr: 'sum(rate(drippulse_enrollments_started_total[$__rate_interval]))', legend: 'started' },
        ...rateBy('drippulse_enrollments_ended_total', 'status'),
      ]),
      lines('Kept out at the entry', 'cps', rateBy('drippulse_entries_kept_out_total', 'reason')),
      lines('Oldest contact that waits to enter', 's', [
        { expr: 'max(drippulse_held_entry_age_seconds)', legend: 'age' },
      ]),
      lines('Steps', 'cps', rateBy('drippulse_steps_total', 'status')),
      lines('Workflow changes', 'cps', rateBy('drippulse_workflow_changes_total', 'kind')),
      lines('CRM record changes', 'cps', rateBy('drippulse_crm_record_changes_total', 'record_type')),
      lines('Scores of leads from outside', 'cps', rateBy('drippulse_lead_scores_received_total', 'outcome')),
      lines('Refused: workflow chains and trapped forms', 'cps', [
        {
          expr: 'sum(rate(drippulse_workflow_chains_cut_total[$__rate_interval]))',
          legend: 'chains of workflows cut',
        },
        {
          expr: 'sum(rate(drippulse_lead_forms_trapped_total[$__rate_interval]))',
          legend: 'form submissions trapped',
        },
      ]),
    ],
  },
  {
    title: 'Events of contacts',
    panels: [
      lines('Accepted', 'cps', rateBy('drippulse_contact_events_total', 'source')),
      lines('Started and resumed', 'cps', rateBy('drippulse_contact_event_matches_total', 'kind')),
      lines('Open waits', 'none', [{ expr: 'max(drippulse_event_waits)', legend: 'rows' }]),
      lines('Oldest event that still spreads', 's', [
        { expr: 'max(drippulse_spreading_event_age_seconds)', legend: 'age' },
      ]),
      lines('Postponed after failures', 'none', [
        { expr: 'max by (kind) (drippulse_postponed_items)', legend: '{{kind}}' },
      ]),
    ],
  },
  {
    title: 'On time',
    panels: [
      lines('Lateness of runs', 's', quantiles('drippulse_run_lateness_seconds')),
      lines('Oldest unclaimed due work', 's', [
        { expr: 'max by (kind) (drippulse_due_work_age_seconds)', legend: '{{kind}}' },
      ]),
    ],
  },
  {
    title: 'Effects',
    panels: [
      lines('Attempts by outcome', 'cps', rateBy('drippulse_effects_total', 'outcome')),
      lines('Attempts by kind', 'cps', rateBy('drippulse_effects_total', 'kind')),
      lines('Duration', 's', quantiles('drippulse_effect_duration_seconds')),
      lines('In flight', 'none', [{ expr: 'sum(drippulse_effects_in_flight)', legend: 'in flight' }]),
    ],
  },
  {
    title: 'People',
    panels: [
      lines('Approvals that wait', 'none', [{ expr: 'max(drippulse_approvals_waiting)', legend: 'waiting' }]),
      lines('Oldest approval', 's', [{ expr: 'max(drippulse_approvals_oldest_age_seconds)', legend: 'oldest' }]),
      lines('Mails of the platform', 'cps', rateBy('drippulse_notices_total', 'outcome')),
    ],
  },
  {
    title: 'Sending',
    panels: [
      lines('Decisions', 'cps', rateBy('drippulse_sends_decided_total', 'decision')),
      lines('Held and skipped, by rule', 'cps', rateBy('drippulse_sends_decided_total', 'rule')),
      lines('Oldest hold', 's', [{ expr: 'max(drippulse_held_send_age_seconds)', legend: 'age' }]),
      lines('Suppressions of the last day', 'none', [
        { expr: 'max by (reason) (drippulse_suppressions_of_day)', legend: '{{reason}}' },
      ]),
    ],
  },
  {
    title: 'Reactions to mails',
    panels: [
      lines('Hits of pixels and links', 'cps', rateBy('drippulse_tracking_hits_total', 'kind')),
      lines('Verdicts on hits', 'cps', rateBy('drippulse_tracking_verdicts_total', 'verdict')),
      lines('Hits dropped', 'cps', rateBy('drippulse_tracking_hits_dropped_total', 'reason')),
      lines('Unsubscriptions and reports', 'cps', [
        { expr: 'sum(rate(drippulse_unsubscribes_total[$__rate_interval]))', legend: 'unsubscribed' },
        ...rateBy('drippulse_bounce_reports_total', 'kind'),
      ]),
    ],
  },
]);
