import type { Loop } from '@drippulse/loops';
import { startMailLoop } from '@drippulse/mail';
import type { Context } from '../context.ts';

/** Sends the mails about connections, if mails are configured. */
export function startSendMails({ db, log, mailer, metrics }: Context): Pick<Loop, 'wake' | 'stop'> {
  return startMailLoop({ db, log, mailer, onAttempt: metrics.noticeTried });
}
