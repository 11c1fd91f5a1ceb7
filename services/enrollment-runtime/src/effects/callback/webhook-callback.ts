import type { EffectType } from '../effect-type.ts';
import { callWebhook, withoutQuery } from './call-webhook.ts';
import { timeoutOf } from './request.ts';
import { signingTimeoutMs } from './sign.ts';

export const webhookCallback: EffectType = {
  perform: callWebhook,
  describe({ request }) {
    const message = `Would send ${String(request['method'])} ${withoutQuery(String(request['url']))}`;
    return { outcome: 'succeeded', message, output: { response: { status: 200, body: '' } } };
  },
  makesRecord: false,
  destination: (request) => URL.parse(String(request['url']))?.host ?? 'nowhere',
  deadlineMs: (request) => signingTimeoutMs + timeoutOf(request),
};
