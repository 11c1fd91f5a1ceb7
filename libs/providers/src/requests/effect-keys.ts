import { createHash } from 'node:crypto';

/** Hexadecimal digits that follow from the key of an effect, where a provider takes fewer characters than keys have. */
export function digestOf(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

/** The Message-ID of a mail that was given none, at the domain of its sender. */
export function messageIdOf(key: string, from: string | undefined): string {
  return `<${digestOf(key).slice(0, 40)}@${from?.split('@')[1] ?? 'drippulse.invalid'}>`;
}
