import { stubEffect } from '@drippulse/engine';
import type { JsonObject } from '@drippulse/json';
import { mailTimeoutMs } from '@drippulse/mail';
import { mailOf } from '../../messaging/index.ts';
import type { SendingEffect } from '../effect-type.ts';
import { performerTimeoutMs } from '../performed/ask-performer.ts';
import { destinationOf } from '../performed/ask-to-perform.ts';
import { isOwnMailer } from './integrations.ts';
import { sendEmail } from './send-email.ts';

export const email: SendingEffect = {
  sends: 'people',
  perform: sendEmail,
  sendOf: mailOf,
  describe: (call) => stubEffect(call).result,
  makesRecord: false,
  destination: (request) => (isOwn(request) ? 'smtp' : destinationOf('integrations', request)),
  deadlineMs: (request) => (isOwn(request) ? mailTimeoutMs : performerTimeoutMs),
};

function isOwn({ integration_id: integration }: JsonObject): boolean {
  return isOwnMailer(integration);
}
