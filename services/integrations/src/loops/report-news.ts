import { startJobLoop } from '@drippulse/db';
import type { Loop } from '@drippulse/loops';
import { newsJobs } from '../connections/news-jobs.ts';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { reportNews } from '../news/report-news.ts';

/** Reports changes of connections. Retries while another service is unavailable. */
export function startReportNews(ctx: Context): Loop {
  return startJobLoop<DB>({
    db: ctx.db,
    kind: newsJobs,
    log: ctx.log,
    slice: (job) => reportNews(ctx, job),
    onCommitted() {
      ctx.relay.wake();
      ctx.wake.mails();
    },
  });
}
