import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { ConfigError } from '@drippulse/process';
import type { ServiceName } from '@drippulse/topology';
import { serviceNames } from '@drippulse/topology';

/** The keys of one process: its private key, the service that owns this key, and every public key by key id. */
export type InternalKeys = {
  signing: { kid: string; service: ServiceName; key: KeyObject };
  verifying: ReadonlyMap<string, { service: ServiceName; key: KeyObject }>;
};

/** A JWK of INTERNAL_TOKEN_KEYS. The key id is the service and a random part, so it names the key's only issuer. */
type InternalJwk = { kty: string; crv: string; x: string; d?: string; kid: string };

/**
 * Makes the value of INTERNAL_TOKEN_KEYS for each service: a JSON array of Ed25519 JWKs, the service's own private key
 * first, then the public key of every service.
 */
export function generateInternalTokenKeys<S extends ServiceName>(services: readonly S[]): Record<S, string> {
  const privateJwks = services.map((service): [S, InternalJwk] => {
    const { privateKey } = generateKeyPairSync('ed25519');
    // Every JWK of an Ed25519 private key has these members.
    const jwk = privateKey.export({ format: 'jwk' }) as Omit<InternalJwk, 'kid'>;
    return [service, { ...jwk, kid: `${service}/${randomBytes(6).toString('hex')}` }];
  });
  const publicJwks = privateJwks.map(([, { d: _, ...jwk }]) => jwk);
  const texts = privateJwks.map(([service, own]): [S, string] => [service, JSON.stringify([own, ...publicJwks])]);
  return Object.fromEntries(texts) as Record<S, string>;
}

/**
 * Makes new keys for each service, followed by the former public keys. Events that the former keys have signed stay in
 * Kafka until its retention ends.
 */
export function renewInternalTokenKeys<S extends ServiceName>(
  services: readonly S[],
  former: readonly string[],
): Record<S, string> {
  const formerPublic = new Map(
    former.flatMap(parseJwks).map(({ d: _, ...jwk }): [string, InternalJwk] => [jwk.kid, jwk]),
  );
  const renewed = Object.entries(generateInternalTokenKeys(services)).map(([service, text]) => [
    service,
    JSON.stringify([...parseJwks(String(text)), ...formerPublic.values()]),
  ]);
  // `renewed` has an entry for each service, but the type of fromEntries does not show this.
  return Object.fromEntries(renewed) as Record<S, string>;
}

/** Reads INTERNAL_TOKEN_KEYS; throws a ConfigError that never quotes a key. */
export function parseInternalTokenKeys(text: string): InternalKeys {
  const jwks = parseJwks(text);
  const signing = jwks.find((jwk) => jwk.d !== undefined);
  if (!signing) throw malformed('holds no private key');
  try {
    return {
      signing: {
        kid: signing.kid,
        service: serviceOf(signing.kid),
        key: createPrivateKey({ key: signing, format: 'jwk' }),
      },
      verifying: new Map(
        jwks.map(({ d: _, ...jwk }) => [
          jwk.kid,
          { service: serviceOf(jwk.kid), key: createPublicKey({ key: jwk, format: 'jwk' }) },
        ]),
      ),
    };
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw malformed('holds a key that cannot be read');
  }
}

function parseJwks(text: string): InternalJwk[] {
  let jwks: unknown;
  try {
    jwks = JSON.parse(text);
  } catch {
    throw malformed('is not JSON');
  }
  if (!Array.isArray(jwks) || !jwks.every(isInternalJwk)) throw malformed('must be a JSON array of Ed25519 JWKs');
  return jwks;
}

function isInternalJwk(value: unknown): value is InternalJwk {
  if (typeof value !== 'object' || value === null) return false;
  const jwk = value as Record<string, unknown>;
  return jwk['kty'] === 'OKP' && jwk['crv'] === 'Ed25519' && [jwk['x'], jwk['kid']].every((v) => typeof v === 'string');
}

function serviceOf(kid: string): ServiceName {
  const service = serviceNames.find((name) => kid.startsWith(`${name}/`));
  if (!service) throw malformed(`holds a key of no known service`);
  return service;
}

function malformed(problem: string): ConfigError {
  return new ConfigError([`INTERNAL_TOKEN_KEYS: ${problem}`]);
}
