import {
  createHash,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  diffieHellman,
  hkdfSync,
  type KeyObject,
} from 'node:crypto';

/** The prime of Curve25519. */
const prime = 2n ** 255n - 19n;

/**
 * A secret of 32 bytes that only the owners of two Ed25519 keys can compute, each from its private key and the public key
 * of the other. `purpose` keeps secrets of different uses apart. Both keys are taken as keys of X25519 by the map between
 * the two forms of the curve (RFC 7748, section 4.1), so that services need no further secret to share one.
 */
export function sharedKey(own: KeyObject, other: KeyObject, purpose: string): KeyObject {
  const secret = diffieHellman({ privateKey: exchangeKey(own), publicKey: exchangePublicKey(other) });
  return createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', purpose, 32)));
}

/** The scalar of an Ed25519 key is the first half of the hash of its seed (RFC 8032, section 5.1.5). */
function exchangeKey(key: KeyObject): KeyObject {
  const { d = '', x = '' } = key.export({ format: 'jwk' });
  const scalar = createHash('sha512').update(Buffer.from(d, 'base64url')).digest().subarray(0, 32);
  // Node derives the public half from `d`; the format asks for `x`.
  return createPrivateKey({ key: { kty: 'OKP', crv: 'X25519', d: scalar.toString('base64url'), x }, format: 'jwk' });
}

/** u = (1 + y) / (1 - y), where y is the key without the sign of x, which is its highest bit. */
function exchangePublicKey(key: KeyObject): KeyObject {
  const { x = '' } = key.export({ format: 'jwk' });
  const y = BigInt(`0x${Buffer.from(x, 'base64url').reverse().toString('hex')}`) & (2n ** 255n - 1n);
  const u = modulo((1n + y) * power(modulo(1n - y), prime - 2n));
  const bytes = Buffer.from(u.toString(16).padStart(64, '0'), 'hex').reverse();
  return createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x: bytes.toString('base64url') }, format: 'jwk' });
}

function modulo(value: bigint): bigint {
  return ((value % prime) + prime) % prime;
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let square = base;
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = modulo(result * square);
    square = modulo(square * square);
  }
  return result;
}
