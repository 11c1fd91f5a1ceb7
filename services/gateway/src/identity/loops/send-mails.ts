import type { Loop } from '@drippulse/loops';
import { startMailLoop } from '@drippulse/mail';
import type { Context } from '../context.ts';

/** Sends the mails with links, if a mail server or folder is configured. */
export function startSendMails({ db, log, mailer, sealer, metrics }: Context): Pick<Loop, 'wake' | 'stop'> {
  return startMailLoop({ db, log, mailer, sealer, onAttempt: metrics.noticeTried });
}
