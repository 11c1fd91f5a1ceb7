import { mailTimeoutMs } from '../../adapters/mailer.ts';
import type { EffectType } from '../effect-type.ts';
import { isOwnMailer, noConnection } from './integrations.ts';
import { sendEmail } from './send-email.ts';

export const email: EffectType = {
  perform: sendEmail,
  describe({ request }) {
    const integration = String(request['integration_id']);
    if (!isOwnMailer(integration)) return noConnection(integration);
    return { outcome: 'succeeded', message: `Would send to ${String(request['to'])}: "${String(request['subject'])}"` };
  },
  makesRecord: false,
  destination: () => 'smtp',
  deadlineMs: () => mailTimeoutMs,
};
