import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Sealer } from './sealer.ts';

/**
 * `box`: a secret, sealed with its own data key. `dataKey`: that key, wrapped with one of ENCRYPTION_KEYS. A rotation
 * wraps the key again and leaves the box unchanged.
 */
export type Envelope = { dataKey: Buffer; box: Buffer };

const algorithm = 'aes-256-gcm';
const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;

/**
 * Seals a secret with a new data key (AES-256-GCM). Secret and key open only with the same context, such as the
 * organization and the row.
 */
export function sealEnvelope(sealer: Sealer, secret: Uint8Array, context: string): Envelope {
  const key = randomBytes(keyBytes);
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(algorithm, key, nonce).setAAD(Buffer.from(context));
  const text = Buffer.concat([cipher.update(secret), cipher.final()]);
  return { dataKey: sealer.seal(key, context), box: Buffer.concat([nonce, cipher.getAuthTag(), text]) };
}

/** Opens an envelope. Throws if the context differs, or if the wrapped key or the box was changed. */
export function openEnvelope(sealer: Sealer, { dataKey, box }: Envelope, context: string): Buffer {
  const bytes = Buffer.from(box);
  const nonce = bytes.subarray(0, nonceBytes);
  const tag = bytes.subarray(nonceBytes, nonceBytes + tagBytes);
  const decipher = createDecipheriv(algorithm, sealer.open(dataKey, context), nonce, { authTagLength: tagBytes });
  decipher.setAAD(Buffer.from(context)).setAuthTag(tag);
  return Buffer.concat([decipher.update(bytes.subarray(nonceBytes + tagBytes)), decipher.final()]);
}

/** Returns the envelope with its key rewrapped with the first of ENCRYPTION_KEYS. */
export function rewrapEnvelope(sealer: Sealer, { dataKey, box }: Envelope, context: string): Envelope {
  return { dataKey: sealer.seal(sealer.open(dataKey, context), context), box };
}
