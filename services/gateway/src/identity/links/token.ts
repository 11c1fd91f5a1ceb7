import { createHash, randomBytes } from 'node:crypto';

const tokenBytes = 32;

/** Creates a token for a link: 256 random bits. */
export function createLinkToken(): string {
  return randomBytes(tokenBytes).toString('base64url');
}

/** Returns the hash that is stored for a token. A token is random enough to need no salt and no cost. */
export function hashLinkToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
