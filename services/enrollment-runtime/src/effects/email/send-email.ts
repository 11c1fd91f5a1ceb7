import { MailFailure } from '@drippulse/mail';
import type { Permit } from '../../messaging/index.ts';
import type { EffectContext, EffectOutcome } from '../effect-call.ts';
import { isOwnMailer } from './integrations.ts';
import { sendByProvider } from './send-by-provider.ts';
import { sentAs } from './sent-as.ts';

type Mailing = Parameters<typeof sendByProvider>[1];

/**
 * Hands a mail to the mail server, or to the provider that its step names. A repeat sends an equal mail with the same
 * Message-ID.
 */
export async function sendEmail(ctx: EffectContext, call: Mailing, permit: Permit): Promise<EffectOutcome> {
  const integration = String(call.request['integration_id']);
  if (!isOwnMailer(integration)) return sendByProvider(ctx, call, permit);
  const { mailer } = permit;
  if (mailer === undefined) return { outcome: 'skipped', reason: 'no mail server is configured' };
  // Loaded with the first mail, because the module loads an HTML parser that no other effect needs.
  const { composeMail } = await import('./compose-mail.ts');
  const composed = composeMail(ctx, call, { permit, mailFrom: mailer.from });
  if ('problem' in composed) return { outcome: 'failed', error: composed.problem, retryable: false };
  const { mail, warning } = composed;
  try {
    const providerMessageId = await mailer.send(call.key, mail, call.signal);
    const sent = `Sent to ${mail.to.address}: "${mail.subject}"`;
    const outcome: EffectOutcome = {
      outcome: 'succeeded',
      message: warning === undefined ? sent : `${sent} (warning: ${warning})`,
      sentAs: sentAs(permit, mail),
      ...(providerMessageId !== undefined && { providerMessageId }),
    };
    await permit.record(outcome);
    return outcome;
  } catch (error) {
    if (!(error instanceof MailFailure)) throw error;
    return {
      outcome: 'failed',
      error: `the mail server did not take it: ${error.message}`,
      retryable: !error.isRefused,
    };
  }
}
