import type { Address } from '@drippulse/mail';
import type { Permit } from '../../messaging/index.ts';
import type { SentAs } from '../effect-call.ts';

/** Returns the parts of a mail that are stored when it is sent, in addition to the request that its step rendered. */
export function sentAs(permit: Permit, { from, replyTo }: { from?: Address; replyTo?: Address }): SentAs {
  const marketing = permit.class === 'marketing';
  const { postalAddress } = permit.sender.settings;
  return {
    ...(from && { from: mailboxOf(from) }),
    ...(replyTo && { reply_to: mailboxOf(replyTo) }),
    ...(marketing && postalAddress !== null && { postal_address: postalAddress }),
    marketing,
  };
}

/** Formats an address as text that people read. */
function mailboxOf({ name, address }: Address): string {
  return name === '' ? address : `${name} <${address}>`;
}
