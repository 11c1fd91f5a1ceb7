import { createHmac, timingSafeEqual } from 'node:crypto';
import { DomainError } from '@drippulse/errors';

/** Seconds by which the signed time may be before or after now. Stripe's own library accepts any future time. */
const toleranceSeconds = 300;

/**
 * Checks `Stripe-Signature` (`t=<seconds>,v1=<hex>,…`): HMAC-SHA256 of time and raw body with one of the secrets. The
 * time is checked after the signature, so that only Stripe learns of a wrong clock.
 */
export function verifyStripe(
  secrets: readonly string[],
  { header, body }: { header: string; body: Uint8Array },
  now: Date,
): void {
  const parts = header.split(',').map((part) => part.trim().split('=', 2));
  const valuesOf = (wanted: string) => parts.flatMap(([name, value = '']) => (name === wanted ? [value] : []));
  const [timestamp = ''] = valuesOf('t');
  const given = valuesOf('v1').map((hex) => Buffer.from(hex, 'hex'));
  const expected = secrets.map((secret) => createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest());
  const isSigned = expected.some((one) =>
    given.some((other) => other.length === one.length && timingSafeEqual(one, other)),
  );
  if (!isSigned) {
    throw new DomainError('malformed', 'invalid_stripe_signature', 'The Stripe-Signature is missing or wrong.');
  }
  const seconds = /^\d{1,12}$/.test(timestamp) ? Number(timestamp) : Number.NaN;
  if (Math.abs(now.getTime() / 1000 - seconds) <= toleranceSeconds) return;
  throw new DomainError('malformed', 'stale_signature', 'The signed time is more than 300 seconds from now.');
}
