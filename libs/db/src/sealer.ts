import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { parseKeyList } from '@drippulse/process';

/** Encrypts small secrets at rest. `context` binds a box to its place, so the box opens only with the same context. */
export type Sealer = {
  seal(secret: Uint8Array, context: string): Buffer;
  open(box: Uint8Array, context: string): Buffer;
};

const algorithm = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;
const idBytes = 4;
const version = 1;

/**
 * Makes a sealer (AES-256-GCM) from `ENCRYPTION_KEYS`: a comma-separated list of base64 keys of 32 bytes. The first key
 * seals, all keys open. A box consists of version, key id, nonce, tag and ciphertext, so keys can rotate while old
 * boxes stay readable.
 */
export function createSealer(keys: string): Sealer {
  const { current, all } = parseKeyList('ENCRYPTION_KEYS', keys, keyOf);
  const byId = new Map(all.map((key) => [key.id.toString('hex'), key.secret]));
  return {
    seal(secret, context) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv(algorithm, current.secret, nonce).setAAD(Buffer.from(context));
      const text = Buffer.concat([cipher.update(secret), cipher.final()]);
      return Buffer.concat([Buffer.from([version]), current.id, nonce, cipher.getAuthTag(), text]);
    },
    open(box, context) {
      const bytes = Buffer.from(box);
      const id = bytes.subarray(1, 1 + idBytes);
      const secret = byId.get(id.toString('hex'));
      if (bytes[0] !== version || secret === undefined) throw new Error('sealed by a key that ENCRYPTION_KEYS lacks');
      const nonce = bytes.subarray(1 + idBytes, 1 + idBytes + nonceBytes);
      const tag = bytes.subarray(1 + idBytes + nonceBytes, 1 + idBytes + nonceBytes + tagBytes);
      const text = bytes.subarray(1 + idBytes + nonceBytes + tagBytes);
      const decipher = createDecipheriv(algorithm, secret, nonce, { authTagLength: tagBytes });
      decipher.setAAD(Buffer.from(context)).setAuthTag(tag);
      return Buffer.concat([decipher.update(text), decipher.final()]);
    },
  };
}

function keyOf(secret: Buffer): { id: Buffer; secret: Buffer } {
  return { id: Buffer.from(hkdfSync('sha256', secret, '', 'key id', idBytes)), secret };
}
