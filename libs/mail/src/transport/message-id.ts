import { createHash } from 'node:crypto';

/**
 * Returns the Message-ID of a mail, which is the same on every attempt. The key is hashed, because it contains colons,
 * which an id may not (RFC 5322, section 3.6.4), and names of steps, which a receiver must not see.
 */
export function messageIdOf(key: string, mailFrom: string): string {
  const domain = /@([\w.-]+)>?\s*$/.exec(mailFrom)?.[1] ?? 'localhost';
  return `<${hashOfKey(key)}@${domain}>`;
}

/** Returns a short name for a key, in letters and digits only. */
export function hashOfKey(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 40);
}
