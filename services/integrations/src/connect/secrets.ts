import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const bytes = 32;

/** Returns a string of 256 random bits, for a URL or a cookie. */
export function randomText(): string {
  return randomBytes(bytes).toString('base64url');
}

/**
 * Hashes a ticket, a state or a cookie. The hash needs no salt, because all of these are random and cannot be guessed.
 */
export function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/**
 * Derives the state from the ticket, because only the ticket is available when the browser starts the consent. The hash
 * is irreversible, so the state does not reveal the ticket.
 */
export function stateOf(ticket: string): string {
  return createHash('sha256').update(`state of ${ticket}`).digest('base64url');
}

/** Returns the challenge of a verifier (RFC 7636, S256). */
export function challengeOf(verifier: string): string {
  return createHash('sha256').update(verifier).digest('base64url');
}

export function isSame(text: string | undefined, hash: Buffer | null): boolean {
  return text !== undefined && hash !== null && timingSafeEqual(hashOf(text), hash);
}
