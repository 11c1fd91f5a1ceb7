import { createHmac, timingSafeEqual } from 'node:crypto';

/** A message with its headers. Standard Webhooks signs `{id}.{timestamp}.{body}`. */
export type SignedMessage = { id: string; timestamp: string; signature: string; body: Uint8Array };

/** Accepted difference between the signed time and now, in either direction. */
const toleranceMs = 300_000;

/** Maximum number of signatures, more than a sender needs while it rotates its secret. */
const maxSignatures = 8;
const digestBytes = 32;

/**
 * Whether the message was signed with one of the keys. The bytes are hashed as they were sent, once for each key, even
 * if no signature is well-formed, so that the work does not depend on the error.
 */
export function isSignedBy(keys: readonly Uint8Array[], { id, timestamp, signature, body }: SignedMessage): boolean {
  const given = signaturesOf(signature);
  let isSigned = false;
  for (const key of keys) {
    const expected = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
    for (const one of given) if (timingSafeEqual(one, expected)) isSigned = true;
  }
  return isSigned && id !== '' && timeOf(timestamp) !== undefined;
}

/** Whether the signed time is too far from now. */
export function isStale({ timestamp }: Pick<SignedMessage, 'timestamp'>, now: Date): boolean {
  const time = timeOf(timestamp);
  return time === undefined || Math.abs(now.getTime() - time) > toleranceMs;
}

/**
 * Converts a time in whole seconds to milliseconds. Returns undefined for any other notation, because the signature
 * covers the exact notation.
 */
function timeOf(timestamp: string): number | undefined {
  return /^[1-9][0-9]{0,11}$/.test(timestamp) ? Number(timestamp) * 1000 : undefined;
}

/** Returns the signatures of the version `v1`, the symmetric one. Strings that are not digests are left out. */
function signaturesOf(header: string): Buffer[] {
  return header
    .split(' ', maxSignatures)
    .filter((one) => one.startsWith('v1,'))
    .map((one) => Buffer.from(one.slice('v1,'.length), 'base64'))
    .filter(({ length }) => length === digestBytes);
}
