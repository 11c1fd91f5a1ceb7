import { createHmac, type KeyObject, timingSafeEqual, verify } from 'node:crypto';
import { DomainError } from '@drippulse/errors';

/** Maximum number of seconds by which the signed time may differ from the current time. */
const toleranceSeconds = 300;
const bodyless = Buffer.alloc(0);

/** The signed parts of an inbound webhook, as in its headers. */
export type Signed = { id: string; timestamp: string; signature: string; body: Uint8Array };

/**
 * Checks the signature of Standard Webhooks 1.0.0: an HMAC over id, time and body. If there are several signatures, one
 * valid signature suffices. Without a secret the function does the same work and refuses. The time is checked after the
 * signature, so that only the true sender learns of a wrong clock.
 */
export function verifyStandard(
  secret: Buffer | undefined,
  { id, timestamp, signature, body }: Signed,
  now: Date,
): void {
  const expected = createHmac('sha256', secret ?? bodyless)
    .update(`${id}.${timestamp}.`)
    .update(body)
    .digest();
  const given = signature
    .split(' ')
    .flatMap((one) => (one.startsWith('v1,') ? [Buffer.from(one.slice(3), 'base64')] : []));
  const isSigned = given.some((each) => each.length === expected.length && timingSafeEqual(each, expected));
  if (secret === undefined || id === '' || !isSigned) throw invalidSignature();
  checkAge(timestamp, now);
}

/** Checks the signature of SendGrid's event webhook: ECDSA with SHA-256 over time and body, in DER. */
export function verifySendgrid(
  key: KeyObject | undefined,
  { timestamp, signature, body }: Omit<Signed, 'id'>,
  now: Date,
): void {
  const signed = Buffer.concat([Buffer.from(timestamp), body]);
  if (key === undefined || !isSignedBy(key, signed, Buffer.from(signature, 'base64'))) throw invalidSignature();
  checkAge(timestamp, now);
}

function isSignedBy(key: KeyObject, signed: Buffer, signature: Buffer): boolean {
  try {
    return verify('sha256', signed, key, signature);
  } catch {
    // The signature is not DER.
    return false;
  }
}

function checkAge(timestamp: string, now: Date): void {
  const seconds = /^\d{1,12}$/.test(timestamp) ? Number(timestamp) : Number.NaN;
  if (Math.abs(now.getTime() / 1000 - seconds) <= toleranceSeconds) return;
  throw new DomainError('malformed', 'stale_signature', 'The signed time is more than 300 seconds from now.');
}

function invalidSignature(): DomainError {
  return new DomainError('unauthenticated', 'invalid_signature', 'The signature is missing or wrong.');
}
