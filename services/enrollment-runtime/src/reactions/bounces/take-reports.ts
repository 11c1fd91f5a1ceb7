import { retryConflicts } from '@drippulse/db';
import { sql, type Transaction } from 'kysely';
import type { Context } from '../../context.ts';
import type { DB } from '../../db/schema.ts';
import { suppress } from '../../messaging/index.ts';
import { contactOfMail } from '../contact-of-mail.ts';
import { findMailWithId, lockMail } from '../find-mail.ts';
import type { Mail } from '../mail.ts';
import { noteReport } from '../note-report.ts';
import { raiseReactions } from '../raise-reactions.ts';
import type { Report } from './report.ts';

/** The number of reports with each outcome. */
export type Taken = { accepted: number; ignored: number; duplicates: number };

/**
 * Processes reports, each in a transaction of its own. If a report fails, the reports before it stay processed, and a
 * repeat of all reports processes the rest. A report is recorded by its id, so that it counts once.
 */
export async function takeReports(
  ctx: Context,
  source: string,
  reports: readonly (Report | undefined)[],
): Promise<Taken> {
  const taken = { accepted: 0, ignored: 0, duplicates: 0 };
  for (const report of reports) {
    taken[report === undefined ? 'ignored' : await takeReport(ctx, source, report)] += 1;
  }
  if (taken.accepted > 0) {
    ctx.relay.wake();
    ctx.wake.advance();
  }
  return taken;
}

async function takeReport(ctx: Context, source: string, report: Report): Promise<keyof Taken> {
  const found = await findMailWithId(ctx.db.kysely, report.messageId);
  if (found === undefined) return 'ignored';
  const result = await retryConflicts(() =>
    ctx.db.kysely.transaction().execute(async (trx) => {
      const mail = await lockMail(trx, found);
      if (mail === undefined) return 'ignored';
      const at = await noteTaken(ctx, trx, source, report.id);
      if (at === undefined) return 'duplicates';
      await apply(ctx, trx, mail, report, at);
      return 'accepted';
    }),
  );
  if (result === 'accepted') ctx.metrics.reportTaken(report.kind);
  return result;
}

/** Records that a report is processed, and returns its time. Returns undefined when the report was processed before. */
async function noteTaken(ctx: Context, trx: Transaction<DB>, source: string, id: string): Promise<Date | undefined> {
  const { rows } = await sql<{ taken_at: Date }>`
    insert into bounce_reports (source, report_id, taken_at) values (${source}, ${id}, ${ctx.dbNow})
    on conflict do nothing returning taken_at`.execute(trx);
  return rows[0]?.taken_at;
}

/**
 * Applies a report. A soft bounce is shown and changes nothing else, because the mail server tries again. A mail with a
 * complaint keeps that status, regardless of later reports.
 */
async function apply(
  ctx: Context,
  trx: Transaction<DB>,
  mail: Mail,
  { kind, reason }: Report,
  at: Date,
): Promise<void> {
  const isSoft = kind === 'soft_bounce';
  const detail = `${isSoft ? 'soft' : kind === 'hard_bounce' ? 'hard' : 'complaint'}${reason === '' ? '' : `: ${reason}`}`;
  await noteReport(trx, mail, { kind: kind === 'complaint' ? 'complaint' : 'bounce', at, detail });
  if (isSoft) return;
  const status = kind === 'complaint' ? 'complained' : 'bounced';
  await trx
    .updateTable('deliveries')
    .set({ status, ...(mail.receiver !== '' && reason !== '' && { error: reason }) })
    .where('id', '=', mail.id)
    .where('status', '<>', 'complained')
    .execute();
  const { organizationId, mode } = mail;
  const { email } = contactOfMail(mail);
  if (email !== null) {
    await suppress(trx, {
      organizationId,
      mode,
      email,
      channel: 'email',
      category: null,
      reason: kind === 'complaint' ? 'complaint' : 'bounce',
      source: `delivery:${mail.id}`,
    });
  }
  await raiseReactions(ctx, trx, [{ kind: status, mail, at }]);
}
