import { randomBytes } from 'node:crypto';
import { generate } from 'lean-qr';
import { toSvgSource } from 'lean-qr/extras/svg';
import { Secret, TOTP } from 'otpauth';

const stepSeconds = 30;
/** The clock of a telephone may be so many steps off, either way (RFC 6238, 5.2). */
const driftSteps = 1;
/** As long as a hash of SHA-1 (RFC 4226, 4). Authenticator apps know no other parameters for certain. */
const secretBytes = 20;

export function makeSecret(): Buffer {
  return randomBytes(secretBytes);
}

/** A secret as a person types it, as an app reads it, and as a camera sees it. */
export function shownSecret(secret: Uint8Array, label: string): { secret: string; otpauthUri: string; qrSvg: string } {
  const totp = new TOTP({ issuer: 'DripPulse', label, secret: secretOf(secret) });
  const otpauthUri = totp.toString();
  return { secret: totp.secret.base32, otpauthUri, qrSvg: toSvgSource(generate(otpauthUri), { scale: 4 }) };
}

/** The step of time that a code of six digits is of; undefined for a wrong code, and for one of another time. */
export function stepOf(secret: Uint8Array, code: string, now: Date): bigint | undefined {
  const totp = new TOTP({ secret: secretOf(secret), period: stepSeconds });
  const delta = totp.validate({ token: code, timestamp: now.getTime(), window: driftSteps });
  return delta === null ? undefined : BigInt(Math.floor(now.getTime() / 1000 / stepSeconds) + delta);
}

function secretOf(secret: Uint8Array): Secret {
  return new Secret({ buffer: Uint8Array.from(secret).buffer });
}
