import { createHash, randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Mode } from '@drippulse/rpc';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const randomLength = 34;
const checksumLength = 6;
const format = /^adcrm_(live|test)_[0-9A-Za-z]{40}$/;

/** Returns the first characters of a key. */
export function keyPrefix(mode: string): string {
  return `adcrm_${mode}_`;
}

/** Creates a key: the prefix, 34 random base62 characters (202 bits), and 6 characters with the CRC32 of both. */
export function createApiKeyText(mode: Mode): string {
  const random = Array.from({ length: randomLength }, () => alphabet[randomInt(alphabet.length)]).join('');
  const body = keyPrefix(mode) + random;
  return body + checksum(body);
}

/**
 * Whether a string has the format and checksum of a key. The check rejects typos and random guesses without a query.
 */
export function isApiKeyText(text: string): boolean {
  return format.test(text) && checksum(text.slice(0, -checksumLength)) === text.slice(-checksumLength);
}

/** Returns the hash that is stored for a key. A fast hash is enough for 202 random bits. */
export function hashApiKey(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function checksum(body: string): string {
  let rest = crc32(body);
  let text = '';
  for (let place = 0; place < checksumLength; place++) {
    text = alphabet[rest % alphabet.length] + text;
    rest = Math.floor(rest / alphabet.length);
  }
  return text;
}
