import type { Loop } from '@drippulse/loops';
import { startMailLoop } from '@drippulse/mail';
import type { Context } from '../context.ts';

/** Sends the platform's own mails, if a mailer is configured. */
export function startSendMails(ctx: Context): Pick<Loop, 'wake' | 'stop'> {
  const { db, log, adapters, metrics } = ctx;
  return startMailLoop({ db, log, mailer: adapters.mailer, onAttempt: metrics.noticeTried });
}
