import { contactKeysOf } from '../contacts/lock-contacts.ts';
import type { SendRequest } from './send-request.ts';

/** Returns the key of an address. Rules and suppressions apply to the address that a mail goes to. */
export function addressKeyOf(of: { organizationId: bigint; mode: string; email: string }): string {
  const [key] = contactKeysOf({ ...of, email: normalEmail(of.email), leadRef: null });
  if (key === undefined) throw new Error('an address is empty');
  return key;
}

export function sendKeyOf({ organizationId, mode, to }: Pick<SendRequest, 'organizationId' | 'mode' | 'to'>): string {
  return addressKeyOf({ organizationId, mode, email: to });
}

/** Returns the key of the contact's reference, by which explanations find the sends of a person. */
export function refKeyOf({ organizationId, mode, leadRef }: Omit<Parameters<typeof contactKeysOf>[0], 'email'>) {
  return contactKeysOf({ organizationId, mode, email: null, leadRef })[0] ?? null;
}

/** Normalizes an address for suppressions and keys. */
export function normalEmail(email: string): string {
  return email.trim().toLowerCase();
}
