import { randomBytes } from 'node:crypto';
import { generate } from 'lean-qr';
import { toSvgSource } from 'lean-qr/extras/svg';
import { Secret, TOTP } from 'otpauth';

const stepSeconds = 30;
/** Accepted clock drift of a phone, in time steps in either direction (RFC 6238, 5.2). */
const driftSteps = 1;
/** Length of a SHA-1 hash (RFC 4226, 4). SHA-1 is used because not all authenticator apps support other parameters. */
const secretBytes = 20;

export function makeSecret(): Buffer {
  return randomBytes(secretBytes);
}

/** Returns a secret in three forms: as text to type, as a link for an authenticator app, and as a QR code to scan. */
export function shownSecret(secret: Uint8Array, label: string): { secret: string; otpauthUri: string; qrSvg: string } {
  const totp = new TOTP({ issuer: 'DripPulse', label, secret: secretOf(secret) });
  const otpauthUri = totp.toString();
  return { secret: totp.secret.base32, otpauthUri, qrSvg: toSvgSource(generate(otpauthUri), { scale: 4 }) };
}

/** Finds the time step of a six-digit code; undefined for a wrong code, and for a code that is too old or too new. */
export function stepOf(secret: Uint8Array, code: string, now: Date): bigint | undefined {
  const totp = new TOTP({ secret: secretOf(secret), period: stepSeconds });
  const delta = totp.validate({ token: code, timestamp: now.getTime(), window: driftSteps });
  return delta === null ? undefined : BigInt(Math.floor(now.getTime() / 1000 / stepSeconds) + delta);
}

function secretOf(secret: Uint8Array): Secret {
  return new Secret({ buffer: Uint8Array.from(secret).buffer });
}
