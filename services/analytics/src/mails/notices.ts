import type { Notice } from '@drippulse/mail';
import { Temporal } from 'temporal-polyfill';
import { unpackParameters } from '../parameters.ts';
import type { ReportRow } from '../reports/rows.ts';

type About = { report: ReportRow; timezone: string; publicUrl: string };

/** Builds the mail with a report attached, or with a link to the report. */
export function reportNotice({ report, timezone, publicUrl }: About, isAttached: boolean): Notice {
  const { id, rows, expires_at: expiresAt } = report;
  const name = nameOf(report);
  const sentence = isAttached
    ? `Your ${name} report is attached.`
    : `Your ${name} report is larger than 5 MB, so it is not attached. Sign in, or call GET /api/v1/reports/${id}/download, until ${dayOf(expiresAt, timezone)}.`;
  return {
    subject: `Report: ${name}`,
    paragraphs: [sentence],
    items: [{ title: `Report ${id}`, facts: [...periodOf(report, timezone), ['Rows', String(rows ?? 0n)]] }],
    ...(!isAttached && { link: { label: 'Sign in', url: `${publicUrl}/dashboard/login` } }),
    reason: `You get this mail because the schedule of report ${report.scheduled_by} names you. ${ending}`,
  };
}

/** Builds the mail about a schedule whose last reports have failed. */
export function failuresNotice({ report, timezone, publicUrl }: About): Notice {
  const { id, scheduled_by: scheduledBy, error } = report;
  const name = nameOf(report);
  return {
    subject: `Report failed: ${name}`,
    paragraphs: [
      `The last three ${name} reports of the schedule of report ${scheduledBy} failed. The schedule goes on.`,
      `POST /api/v1/reports/${id}/retry makes the last one again.`,
    ],
    items: [
      {
        title: `Report ${id}`,
        facts: [...periodOf(report, timezone), ...(error === null ? [] : [['Error', error] as const])],
      },
    ],
    link: { label: 'About reports', url: `${publicUrl}/docs/reports` },
    reason: `You get this mail because you set the schedule of report ${scheduledBy}, or are an admin. ${ending}`,
  };
}

const ending = 'PATCH /api/v1/account/notifications with { "reports": false } ends these mails.';

function nameOf({ type }: ReportRow): string {
  return type.replaceAll('_', ' ');
}

function periodOf({ parameters }: ReportRow, timezone: string): [string, string][] {
  const { from, to } = unpackParameters(parameters);
  const local = (time: Date) =>
    zoned(time, timezone).toPlainDateTime().toString({ smallestUnit: 'minute' }).replace('T', ' ');
  return [
    ['From', `${local(from)} (${timezone})`],
    ['To', `${local(to)} (${timezone})`],
  ];
}

function dayOf(time: Date, timezone: string): string {
  return zoned(time, timezone).toPlainDate().toString();
}

function zoned(time: Date, timezone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(time.getTime()).toZonedDateTimeISO(timezone);
}
