import { randomBytes } from 'node:crypto';
import type { Sealer } from '@drippulse/db';

/** Makes a signing secret in the form of Standard Webhooks: `whsec_` and base64 of 32 random bytes. */
export function newSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}

/** Seals the secret, bound to its webhook. */
export function sealSecret(sealer: Sealer, webhookId: bigint, secret: string): Buffer {
  return sealer.seal(Buffer.from(secret), secretContext(webhookId));
}

/** The secrets of a webhook that sign: the current secret and, for 24 hours after a rotation, the previous one. */
export type SealedSecrets = { secret: Buffer; previous_secret: Buffer | null; previous_secret_until: Date | null };

/** Opens the secrets that sign at the time `at`, the current secret first. */
export function openSecrets(sealer: Sealer, webhookId: bigint, sealed: SealedSecrets, at: Date): string[] {
  const { secret, previous_secret: previous, previous_secret_until: until } = sealed;
  const boxes = previous !== null && until !== null && until > at ? [secret, previous] : [secret];
  return boxes.map((box) => sealer.open(box, secretContext(webhookId)).toString());
}

/** Returns the context that binds the secrets to their webhook. */
export function secretContext(webhookId: bigint): string {
  return `webhook:${webhookId}`;
}
