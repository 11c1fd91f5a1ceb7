import { stubEffect } from '@drippulse/engine';
import { withoutQuery } from './callback/webhook-callback.ts';
import type { EffectCall, EffectContext, EffectOutcome } from './effect-call.ts';
import { isOwnMailer, noConnection } from './email/integrations.ts';

/** What a live enrollment would send. */
export async function describeEmail(_ctx: EffectContext, { request }: EffectCall): Promise<EffectOutcome> {
  const integration = String(request['integration_id']);
  if (!isOwnMailer(integration)) return noConnection(integration);
  return { outcome: 'succeeded', message: `Would send to ${String(request['to'])}: "${String(request['subject'])}"` };
}

/** What a live enrollment would call; what comes back is what a test run of the workflow shows. */
export async function describeWebhookCallback(_ctx: EffectContext, { request }: EffectCall): Promise<EffectOutcome> {
  const message = `Would send ${String(request['method'])} ${withoutQuery(String(request['url']))}`;
  return { outcome: 'succeeded', message, output: { response: { status: 200, body: '' } } };
}

/** What a live enrollment would write to the CRM, as a test run of the workflow shows it. */
export async function describeCrmStep(_ctx: EffectContext, { kind, request }: EffectCall): Promise<EffectOutcome> {
  return stubEffect({ kind, request }).result;
}
