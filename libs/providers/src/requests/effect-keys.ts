import { createHash } from 'node:crypto';

/**
 * Returns hexadecimal digits derived from the key of an effect, for providers that accept fewer characters than keys
 * have.
 */
export function digestOf(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

/** Returns the Message-ID of a mail that has none, at the domain of its sender. */
export function messageIdOf(key: string, from: string | undefined): string {
  return `<${digestOf(key).slice(0, 40)}@${from?.split('@')[1] ?? 'drippulse.invalid'}>`;
}
