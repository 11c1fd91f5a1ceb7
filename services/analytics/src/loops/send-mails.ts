import type { Loop } from '@drippulse/loops';
import { startMailLoop } from '@drippulse/mail';
import type { Context } from '../context.ts';
import { readReportFile } from '../mails/read-report-file.ts';

/** Sends the mails with reports, if mails are configured. */
export function startSendMails(ctx: Context): Pick<Loop, 'wake' | 'stop'> {
  const { db, log, mailer, metrics } = ctx;
  return startMailLoop({
    ...{ db, log, mailer, onAttempt: metrics.noticeTried },
    readFile: (file) => readReportFile(ctx, file),
  });
}
