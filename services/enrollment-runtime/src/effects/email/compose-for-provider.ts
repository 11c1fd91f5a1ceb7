import type { JsonObject } from '@drippulse/json';
import { type Address, messageIdOf } from '@drippulse/mail';
import type { Permit } from '../../messaging/index.ts';
import type { EffectCall, EffectContext } from '../effect-call.ts';
import { composeParts } from './compose-mail.ts';

type ProviderMail = {
  request: JsonObject;
  to: string;
  subject: string;
  /** The sender; undefined if the provider uses the connection's sender. */
  from: Address | undefined;
  replyTo: Address | undefined;
};

/**
 * Composes the content of a request to a provider. The provider checks which address may stand in `From`. If neither
 * the step nor the organization names a sender, the provider uses the connection's sender.
 */
export function composeForProvider(
  ctx: EffectContext,
  call: Pick<EffectCall, 'key' | 'organizationId' | 'mode' | 'request'>,
  permit: Permit,
): ProviderMail | { problem: string } {
  const parts = composeParts(ctx, call, permit);
  if ('problem' in parts) return parts;
  const { to, step, replyTo, subject, html, text, headers } = parts;
  const { fromEmail, fromName, replyTo: ownReplyTo } = permit.sender.settings;
  const { integration_id, connection_key, on_unknown, category } = call.request;
  const from = step?.address ?? fromEmail ?? undefined;
  const fromNamed = step?.name || (fromName ?? undefined);
  const answers = replyTo?.address ?? ownReplyTo ?? undefined;
  const wanted: Record<string, JsonObject[string] | undefined> = {
    ...{ integration_id, connection_key, on_unknown },
    to: to.address,
    to_name: to.name || undefined,
    from,
    from_name: fromNamed,
    reply_to: answers,
    ...{ subject, html, text, headers },
    message_id: messageIdOf(call.key, permit.mailFrom),
    category: typeof category === 'string' && category !== '' ? category : undefined,
  };
  const given = Object.entries(wanted).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return {
    request: Object.fromEntries(given),
    to: to.address,
    subject,
    from: from === undefined ? undefined : { name: fromNamed ?? '', address: from },
    replyTo: answers === undefined ? undefined : { name: '', address: answers },
  };
}
