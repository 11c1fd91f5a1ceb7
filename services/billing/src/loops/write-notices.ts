import { startJobLoop } from '@drippulse/db';
import type { Loop } from '@drippulse/loops';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { noticeJobs } from '../notices/notice-jobs.ts';
import { writeNotice } from '../notices/write-notice.ts';

/** Writes the mails about billing. */
export function startWriteNotices(ctx: Context): Loop {
  return startJobLoop<DB>({
    db: ctx.db,
    kind: noticeJobs,
    log: ctx.log,
    slice: (job) => writeNotice(ctx, job),
    onCommitted: () => ctx.wake.mails(),
  });
}
