import { serviceOf } from '@drippulse/topology';
import type { CatalogEntry } from './entry.ts';

/** Metrics of approvals and mails, and of the reactions to them. */
export const messagingMetrics = {
  drippulse_approvals_waiting: {
    type: 'gauge',
    unit: 'approvals',
    help: 'Approvals that wait for a decision, test ones excluded, up to 100,000.',
    labels: [],
    of: [serviceOf('enrollments')],
  },
  drippulse_approvals_oldest_age_seconds: {
    type: 'gauge',
    unit: 'seconds',
    help: 'How long the oldest approval that waits has waited.',
    labels: [],
    of: [serviceOf('enrollments')],
  },
  drippulse_notices_total: {
    type: 'counter',
    unit: 'attempts',
    help: "Attempts to send one of the platform's own mails, by outcome: sent, put_off, failed.",
    labels: ['outcome'],
    of: [
      ...[serviceOf('enrollments'), serviceOf('integrations'), serviceOf('billing'), serviceOf('identity')],
      serviceOf('analytics'),
    ],
  },
  drippulse_mailed_links_total: {
    type: 'counter',
    unit: 'links',
    help: 'Links that were mailed and used, by kind (invitation, password_reset, address_change, sign_up) and step: mailed, used.',
    labels: ['kind', 'step'],
    of: [serviceOf('identity')],
  },
  drippulse_sends_decided_total: {
    type: 'counter',
    unit: 'sends',
    help: 'Decisions about sends to people (send, hold, skip; recorded and returned: it is out already), with the rule that held or skipped one: `suppression`, `cap`, `quiet_hours`, …',
    labels: ['decision', 'rule'],
    of: [serviceOf('enrollments')],
  },
  drippulse_held_send_age_seconds: {
    type: 'gauge',
    unit: 'seconds',
    help: 'How long ago the oldest send was planned that rules still hold back.',
    labels: [],
    of: [serviceOf('enrollments')],
  },
  drippulse_suppressions_of_day: {
    type: 'gauge',
    unit: 'suppressions',
    help: 'Live suppressions made within the last day, by reason: `bounce` and `complaint` decide how receivers judge the sender.',
    labels: ['reason'],
    of: [serviceOf('enrollments')],
  },
  drippulse_tracking_hits_total: {
    type: 'counter',
    unit: 'hits',
    help: 'Requests for pixels and links of mails that were stored, by kind.',
    labels: ['kind'],
    of: [serviceOf('enrollments')],
  },
  drippulse_tracking_hits_dropped_total: {
    type: 'counter',
    unit: 'hits',
    help: 'Requests for pixels and links that were not stored: too many of one mail (flood), too many in memory while the database is away (full), or a batch that the database does not take (refused).',
    labels: ['reason'],
    of: [serviceOf('enrollments')],
  },
  drippulse_tracking_verdicts_total: {
    type: 'counter',
    unit: 'hits',
    help: 'Verdicts on requests for pixels and links.',
    labels: ['verdict'],
    of: [serviceOf('enrollments')],
  },
  drippulse_unsubscribes_total: {
    type: 'counter',
    unit: 'unsubscribes',
    help: 'Unsubscriptions by the link of a mail that were new.',
    labels: [],
    of: [serviceOf('enrollments')],
  },
  drippulse_bounce_reports_total: {
    type: 'counter',
    unit: 'reports',
    help: 'Reports of mail servers that were taken, by kind.',
    labels: ['kind'],
    of: [serviceOf('enrollments')],
  },
} as const satisfies Record<string, CatalogEntry>;
