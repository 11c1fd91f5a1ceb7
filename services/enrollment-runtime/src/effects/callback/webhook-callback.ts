import { stubEffect } from '@drippulse/engine';
import type { SystemEffect } from '../effect-type.ts';
import { callWebhook } from './call-webhook.ts';
import { timeoutOf } from './request.ts';
import { signingTimeoutMs } from './sign.ts';

export const webhookCallback: SystemEffect = {
  perform: callWebhook,
  describe: (call) => stubEffect(call).result,
  makesRecord: false,
  destination: (request) => URL.parse(String(request['url']))?.host ?? 'nowhere',
  deadlineMs: (request) => signingTimeoutMs + timeoutOf(request),
};
