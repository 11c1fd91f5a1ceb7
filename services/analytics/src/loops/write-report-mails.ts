import { startJobLoop } from '@drippulse/db';
import type { Loop } from '@drippulse/loops';
import type { Context } from '../context.ts';
import { writeReportMails } from '../mails/write-report-mails.ts';
import { reportMailJobs } from '../reports/note-tick.ts';

/** Writes the mails about scheduled reports. */
export function startWriteReportMails(ctx: Context): Loop {
  return startJobLoop({
    db: ctx.db,
    kind: reportMailJobs,
    log: ctx.log,
    slice: (job) => writeReportMails(ctx, job),
    onCommitted: () => ctx.wake.mails(),
  });
}
