import type { Loop } from '@drippulse/loops';
import { startMailLoop } from '@drippulse/mail';
import type { Context } from '../context.ts';
import { readReportFile } from '../mails/read-report-file.ts';

/** Sends the mails with reports, if there is a way for them. */
export function startSendMails(ctx: Context): Pick<Loop, 'wake' | 'stop'> {
  const { db, log, mailer, metrics } = ctx;
  return startMailLoop({
    ...{ db, log, mailer, onAttempt: metrics.noticeTried },
    readFile: (file) => readReportFile(ctx, file),
  });
}
