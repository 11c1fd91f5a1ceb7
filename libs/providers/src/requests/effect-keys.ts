import { createHash } from 'node:crypto';

/** Returns hexadecimal digits derived from an effect's key, for providers that do not accept keys of that length. */
export function digestOf(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

/** Makes a Message-ID for a mail without one, with the domain of the mail's sender. */
export function messageIdOf(key: string, from: string | undefined): string {
  return `<${digestOf(key).slice(0, 40)}@${from?.split('@')[1] ?? 'drippulse.invalid'}>`;
}
