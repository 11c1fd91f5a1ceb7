import { contactKeysOf } from '../contacts/lock-contacts.ts';
import type { Mail } from './mail.ts';

/**
 * Returns the person who reacted, who is the receiver of the mail. A step may send a mail to a person other than the
 * contact of its enrollment. In this case the contact's reference does not belong to the receiver and is left out.
 */
export function contactOfMail({ receiver, email, leadRef }: Mail): { email: string | null; leadRef: string | null } {
  const address = addressIn(receiver);
  const isContact = address !== null && (email === null || email.trim().toLowerCase() === address);
  return { email: address, leadRef: isContact ? leadRef : null };
}

/** Returns the keys by which the person is locked. */
export function contactKeysOfMail(mail: Mail): string[] {
  const { organizationId, mode } = mail;
  return contactKeysOf({ organizationId, mode, ...contactOfMail(mail) });
}

/** Returns the address of `a@b.c` or `Name <a@b.c>` in lower case; null for an erased receiver. */
function addressIn(receiver: string): string | null {
  const address = (/<([^<>]+)>\s*$/.exec(receiver)?.[1] ?? receiver).trim().toLowerCase();
  return address.includes('@') ? address : null;
}
