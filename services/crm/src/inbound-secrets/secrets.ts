import { randomBytes } from 'node:crypto';
import type { Sealer } from '@drippulse/db';

/** Purpose of the secret. */
export const purpose = 'lead_scoring';

/** Time for which a replaced secret stays valid. */
export const overlapMs = 24 * 3_600_000;

const prefix = 'whsec_';
const secretBytes = 32;

/** Sealed secrets of an organization. */
export type SealedSecrets = {
  organization_id: bigint;
  secret: Buffer;
  previous_secret: Buffer | null;
  previous_secret_until: Date | null;
};

/** Creates a secret in the format of Standard Webhooks. */
export function makeSecret(): string {
  return `${prefix}${randomBytes(secretBytes).toString('base64')}`;
}

/** Seals a secret, bound to its organization. */
export function sealSecret(sealer: Sealer, organizationId: bigint, secret: string): Buffer {
  return sealer.seal(Buffer.from(secret), inboundContext(organizationId));
}

/** Seals a secret again, with the current key. */
export function resealSecret(sealer: Sealer, organizationId: bigint, box: Buffer): Buffer {
  const context = inboundContext(organizationId);
  return sealer.seal(sealer.open(box, context), context);
}

/** A sealed random secret that nobody knows. It is used in place of a missing secret. */
export type Decoy = { organizationId: bigint; box: Buffer };

export function makeDecoy(sealer: Sealer): Decoy {
  const organizationId = 0n;
  return { organizationId, box: sealSecret(sealer, organizationId, makeSecret()) };
}

/**
 * Returns the keys that verify a message: the key of the current secret and, while it is valid, of the previous one.
 * Two keys are always returned, and each is opened, so that the check takes the same time for an organization without a
 * secret.
 */
export function keysOf(sealer: Sealer, decoy: Decoy, sealed: SealedSecrets | undefined, now: Date): [Buffer, Buffer] {
  const open = (box: Buffer | null | undefined) =>
    sealed === undefined || box === null || box === undefined
      ? keyOf(sealer.open(decoy.box, inboundContext(decoy.organizationId)))
      : keyOf(sealer.open(box, inboundContext(sealed.organization_id)));
  const until = sealed?.previous_secret_until ?? null;
  return [open(sealed?.secret), open(until !== null && until > now ? sealed?.previous_secret : null)];
}

function keyOf(secret: Buffer): Buffer {
  return Buffer.from(secret.toString().slice(prefix.length), 'base64');
}

/** Returns the context that binds a secret to its organization. */
export function inboundContext(organizationId: bigint): string {
  return `inbound:${purpose}:${organizationId}`;
}
