import { MailFailure } from '../../adapters/mailer.ts';
import type { EffectCall, EffectContext, EffectOutcome } from '../effect-call.ts';
import { isOwnMailer, noConnection } from './integrations.ts';

/** Hands a mail to the mail server. A repeat is the same mail with the same Message-ID. */
export async function sendEmail({ adapters }: EffectContext, call: EffectCall): Promise<EffectOutcome> {
  const integration = String(call.request['integration_id']);
  if (!isOwnMailer(integration)) return noConnection(integration);
  if (adapters.mailer === undefined) return { outcome: 'skipped', reason: 'no mail server is configured' };
  // Loaded with the first mail: it brings a parser of HTML that no other effect needs.
  const { composeMail } = await import('./compose-mail.ts');
  const composed = composeMail(call.key, call.request, adapters.mailer.from);
  if ('problem' in composed) return { outcome: 'failed', error: composed.problem, retryable: false };
  const { mail } = composed;
  try {
    const providerMessageId = await adapters.mailer.send(call.key, mail, call.signal);
    const message = `Sent to ${mail.to.address}: "${mail.subject}"`;
    return { outcome: 'succeeded', message, ...(providerMessageId !== undefined && { providerMessageId }) };
  } catch (error) {
    if (!(error instanceof MailFailure)) throw error;
    return {
      outcome: 'failed',
      error: `the mail server did not take it: ${error.message}`,
      retryable: !error.isRefused,
    };
  }
}
