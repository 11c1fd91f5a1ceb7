import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import type { Sealer } from '@drippulse/db';

/**
 * Key length in bits, the shortest that large receivers accept. The TXT record of a longer key would have to be split.
 */
const modulusLength = 2048;

/**
 * Makes a new key pair for DKIM: the private key as PEM, and the public key in the form of its record (RFC 6376,
 * section 3.6.1).
 */
export async function createKeyPair(): Promise<{ privateKey: string; publicKey: string }> {
  const { publicKey, privateKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength,
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  return { privateKey, publicKey: publicKey.toString('base64') };
}

export function sealPrivateKey(sealer: Sealer, id: bigint, privateKey: string): Buffer {
  return sealer.seal(Buffer.from(privateKey), privateKeyContext(id));
}

export function openPrivateKey(sealer: Sealer, id: bigint, box: Uint8Array): string {
  return sealer.open(box, privateKeyContext(id)).toString();
}

/** Returns the context that binds a sealed key to its domain. */
export function privateKeyContext(id: bigint): string {
  return `sending_domain:${id}`;
}
