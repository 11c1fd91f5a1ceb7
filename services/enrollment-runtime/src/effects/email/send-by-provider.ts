import { isRawNumber, type JsonObject, type JsonValue } from '@drippulse/json';
import type { Permit } from '../../messaging/index.ts';
import type { EffectContext, EffectOutcome } from '../effect-call.ts';
import type { PerformerCall } from '../performed/ask-performer.ts';
import { askToPerform } from '../performed/ask-to-perform.ts';
import { sentAs } from './sent-as.ts';

const saveAs = 'mail';

/**
 * Hands a mail to a provider through an organization's connection. A repeat sends an equal request with the same key.
 */
export async function sendByProvider(
  ctx: EffectContext,
  call: Omit<PerformerCall, 'kind'>,
  permit: Permit,
): Promise<EffectOutcome> {
  const integration = String(call.request['integration_id']);
  if (ctx.performers.integrations === undefined) {
    return { outcome: 'skipped', reason: `no usable connection for ${integration}` };
  }
  const { composeForProvider } = await import('./compose-for-provider.ts');
  const composed = composeForProvider(ctx, call, permit);
  if ('problem' in composed) return { outcome: 'failed', error: composed.problem, retryable: false };
  const { request, to, subject, from, replyTo } = composed;
  const asked = { ...call, kind: 'email' as const, request };
  const outcome = await askToPerform(ctx, 'integrations', asked, { saveAs });
  if (outcome.outcome !== 'succeeded') return outcome;
  const providerMessageId = messageIdIn(outcome.output?.[saveAs]);
  return {
    outcome: 'succeeded',
    message: `Sent to ${to} by ${integration}: "${subject}"`,
    sentAs: sentAs(permit, { ...(from && { from }), ...(replyTo && { replyTo }) }),
    ...(providerMessageId !== undefined && { providerMessageId }),
  };
}

function messageIdIn(output: JsonValue | undefined): string | undefined {
  if (typeof output !== 'object' || output === null || Array.isArray(output) || isRawNumber(output)) return undefined;
  const { message_id: id, id: other } = output as JsonObject; // a JSON object, neither an array nor a number
  if (typeof id === 'string' && id !== '') return id;
  return typeof other === 'string' && other !== '' ? other : undefined;
}
