import { domainOf } from '@drippulse/http';
import type { Address } from '@drippulse/mail';
import type { Dkim, SenderIdentity } from './sender-identity.ts';

/** The senders that a step and the organization ask for, and the platform's own address. */
export type AskedFrom = { step: Address | undefined; replyTo: Address | undefined; own: Address };

export type ChosenFrom = { from: Address; replyTo?: Address; dkim?: Dkim; warning?: string };

/**
 * Chooses the sender of a mail. The step's sender takes precedence over the organization's sender. If an address
 * belongs to a domain that the organization has not verified, the platform's address replaces it, and the address
 * becomes the default `Reply-To`.
 */
export function chooseFrom(identity: SenderIdentity, { step, replyTo, own }: AskedFrom): ChosenFrom {
  const { settings } = identity;
  const wanted = step ?? (settings.fromEmail === null ? undefined : { name: '', address: settings.fromEmail });
  const answers = replyTo ?? (settings.replyTo === null ? undefined : { name: '', address: settings.replyTo });
  const name = nameOf(step?.name || settings.fromName || (wanted === undefined ? own.name : ''));
  const base = answers === undefined ? {} : { replyTo: answers };
  if (wanted === undefined || isSame(wanted, own)) return { ...base, from: { name, address: own.address } };
  const domain = domainOf(wanted.address);
  const dkim = domain === undefined ? undefined : identity.dkimOf(domain);
  if (dkim !== undefined) return { ...base, dkim, from: { name, address: wanted.address } };
  if (identity.mayUseAny) return { ...base, from: { name, address: wanted.address } };
  const warning = `${wanted.address} is not at a verified domain of the organization, so it was sent from ${own.address}`;
  return { replyTo: answers ?? { name: '', address: wanted.address }, from: { name, address: own.address }, warning };
}

/** Cleans a sender's name. A name that is an address would show a sender that the mail does not have. */
function nameOf(name: string): string {
  return name.includes('@') ? '' : name;
}

function isSame(one: Address, other: Address): boolean {
  return one.address.toLowerCase() === other.address.toLowerCase();
}
