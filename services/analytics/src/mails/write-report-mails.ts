import type { JobRow, WriteSlice } from '@drippulse/db';
import { addNotices, type OutgoingNotice, type Recipient } from '@drippulse/mail';
import { Role } from '@drippulse/proto/drippulse/rest/v1/role_pb';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { findMembers } from '../members/find-members.ts';
import { mediaTypes } from '../reports/file-names.ts';
import { mailedReport } from '../reports/note-tick.ts';
import { type ReportRow, selectReports } from '../reports/rows.ts';
import { type ReportSchedule, unpackSchedule } from '../schedules/schedule.ts';
import { failuresNotice, reportNotice } from './notices.ts';

const mostAttachedBytes = 5n * 1024n * 1024n;

const done = { cursor: 'null', processed: 1, isFinished: true };

/**
 * Writes the mails about the report of a tick, in the transaction that ends the job. Leaves out members who were
 * removed or no longer want mails. The key of a mail consists of tick and member, so each tick has one Message-ID for
 * each member.
 */
export async function writeReportMails(ctx: Context, job: JobRow): Promise<WriteSlice<DB>> {
  const { organization_id: organizationId } = job;
  const report = await find(ctx, organizationId, mailedReport(job.input));
  const scheduledBy = report?.scheduled_by ?? undefined;
  const origin = scheduledBy === undefined ? undefined : await find(ctx, organizationId, scheduledBy);
  if (report === undefined || origin?.schedule == null || ctx.mailer === undefined) return async () => done;
  const schedule = unpackSchedule(origin.schedule);
  const isEmpty = report.status === 'ready' && report.rows === 0n;
  if (isEmpty && schedule.skipWhenEmpty) return async () => done;
  const outgoing = mailsOf(ctx, report, schedule, await findMembers(ctx, organizationId));
  return async (trx) => {
    await addNotices(trx, outgoing, { mailFrom: ctx.config.mailFrom, date: ctx.clock.now() });
    return done;
  };
}

async function find({ db }: Context, organizationId: bigint, id: bigint): Promise<ReportRow | undefined> {
  return selectReports(db.kysely, organizationId).selectAll().where('id', '=', id).executeTakeFirst();
}

function mailsOf(
  { config }: Context,
  report: ReportRow,
  schedule: ReportSchedule,
  members: readonly Recipient[],
): OutgoingNotice[] {
  const { organization_id: organizationId, scheduled_by: scheduledBy, tick_at: tickAt } = report;
  const about = { report, timezone: schedule.timezone, publicUrl: config.publicUrl };
  const tick = `${scheduledBy} ${tickAt?.toISOString()}`;
  if (report.status === 'failed') {
    const notice = failuresNotice(about);
    return ownersIn(members, schedule).map(({ userId, to }) => ({
      ...{ organizationId, to, notice },
      key: `report failures ${tick}:${userId}`,
    }));
  }
  const attachment = fileOf(report);
  const notice = reportNotice(about, attachment !== undefined);
  return members
    .filter(({ userId }) => schedule.recipients.includes(userId))
    .map(({ userId, to }) => ({
      ...{ organizationId, to, notice },
      key: `report ${tick}:${userId}`,
      ...(attachment && { attachment }),
    }));
}

/** Returns the member who set the schedule, or all admins if this member is unknown. */
function ownersIn(members: readonly Recipient[], { owner }: ReportSchedule): Recipient[] {
  const found = members.filter(({ userId }) => userId === owner);
  return found.length > 0 ? found : members.filter(({ role }) => role === Role.ADMIN);
}

function fileOf({ id, format, bytes, file_name: filename }: ReportRow): OutgoingNotice['attachment'] {
  if (bytes === null || filename === null || bytes > mostAttachedBytes) return undefined;
  return { ref: String(id), filename, contentType: mediaTypes[format] ?? 'application/octet-stream' };
}
