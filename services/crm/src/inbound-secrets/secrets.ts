import { randomBytes } from 'node:crypto';
import type { Sealer } from '@drippulse/db';

/** What a secret of this kind signs. */
export const purpose = 'lead_scoring';

/** A replaced secret verifies for this long. */
export const overlapMs = 24 * 3_600_000;

const prefix = 'whsec_';
const secretBytes = 32;

/** The sealed secrets of an organization. */
export type SealedSecrets = {
  organization_id: bigint;
  secret: Buffer;
  previous_secret: Buffer | null;
  previous_secret_until: Date | null;
};

/** A secret as Standard Webhooks writes it. */
export function makeSecret(): string {
  return `${prefix}${randomBytes(secretBytes).toString('base64')}`;
}

/** The sealed secret, bound to its organization. */
export function sealSecret(sealer: Sealer, organizationId: bigint, secret: string): Buffer {
  return sealer.seal(Buffer.from(secret), inboundContext(organizationId));
}

/** The same secret, sealed with the current key. */
export function resealSecret(sealer: Sealer, organizationId: bigint, box: Buffer): Buffer {
  const context = inboundContext(organizationId);
  return sealer.seal(sealer.open(box, context), context);
}

/** A sealed secret that nobody has. It takes the place of a missing one. */
export type Decoy = { organizationId: bigint; box: Buffer };

export function makeDecoy(sealer: Sealer): Decoy {
  const organizationId = 0n;
  return { organizationId, box: sealSecret(sealer, organizationId, makeSecret()) };
}

/**
 * The keys that verify: that of the current secret, and that of the one before while it counts. There are always two,
 * and each is opened, so that an organization without a secret costs what another costs.
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

/** What binds a secret to its organization. */
export function inboundContext(organizationId: bigint): string {
  return `inbound:${purpose}:${organizationId}`;
}
