import type { ServiceName } from '@drippulse/topology';
import { jwtVerify, SignJWT } from 'jose';
import { LRUCache } from 'lru-cache';
import { type Actor, type Caller, roles, simpleActors } from './caller.ts';
import type { InternalKeys } from './token-keys.ts';

/** Signs and verifies the internal tokens that carry a caller from service to service. */
export type Tokens = {
  /** Returns a token for `audience`, valid for 60 s and cached for 30 s. */
  mint(caller: Caller, audience: ServiceName): Promise<string>;
  /** Returns the caller of a token for this service. Throws an error of any kind if the token is not valid. */
  verify(token: string): Promise<Caller>;
};

const lifetimeSeconds = 60;
/**
 * Milliseconds for which a token is cached. Signing on each call would cost as much as a third of a request. When a
 * token leaves the cache, it is still valid for at least 30 s.
 */
const mintedForMs = 30_000;
/** The maximum difference that is tolerated between the clocks of two machines. */
const clockToleranceSeconds = 5;

/**
 * Makes tokens, and accepts tokens for `service`. The tokens that it makes name the owner of the private key as issuer.
 * The owner is another service if `service` runs inside the process of its host and shares the host's keys.
 */
export function createTokens(options: { service: ServiceName; keys: InternalKeys }): Tokens {
  const { service, keys } = options;
  const minted = new LRUCache<string, Promise<string>>({ max: 10_000, ttl: mintedForMs });
  const verified = new LRUCache<string, { caller: Caller; expiresAtMs: number }>({ max: 10_000 });

  return {
    mint(caller, audience) {
      const { organizationId, actor, role, mode, scopes = ['*'] } = caller;
      const hops = actor.type === 'workflow' ? actor.hops : '';
      const rights = `${role} ${mode} ${scopes.join()}`;
      const cacheKey = `${audience} ${organizationId} ${actor.type} ${hops} ${rights} ${actor.id}`;
      let token = minted.get(cacheKey);
      if (!token) {
        token = sign(keys, caller, audience);
        minted.set(cacheKey, token);
      }
      return token;
    },

    async verify(token) {
      const known = verified.get(token);
      if (known && known.expiresAtMs > Date.now()) return known.caller;
      const fresh = await check(keys, service, token);
      verified.set(token, fresh);
      return fresh.caller;
    },
  };
}

function sign({ signing }: InternalKeys, caller: Caller, audience: ServiceName): Promise<string> {
  const { organizationId, actor, role, mode, scopes } = caller;
  return new SignJWT({ org: String(organizationId), actor, role, mode, ...(scopes && { scopes }) })
    .setProtectedHeader({ alg: 'EdDSA', kid: signing.kid })
    .setIssuer(signing.service)
    .setAudience(audience)
    .setIssuedAt()
    .setExpirationTime(`${lifetimeSeconds}s`)
    .sign(signing.key);
}

async function check(keys: InternalKeys, service: ServiceName, token: string) {
  let issuer: ServiceName | undefined;
  const { payload } = await jwtVerify(
    token,
    (header) => {
      const known = keys.verifying.get(header.kid ?? '');
      if (!known) throw new Error('the token is signed by an unknown key');
      issuer = known.service;
      return known.key;
    },
    {
      algorithms: ['EdDSA'],
      audience: service,
      clockTolerance: clockToleranceSeconds,
      requiredClaims: ['exp', 'iss'],
    },
  );
  // A token must be signed by its issuer's own key, so that the key of one service cannot sign in the name of another
  // service.
  if (payload.iss !== issuer) throw new Error('the token is signed by another service than it says');
  return { caller: readCaller(payload), expiresAtMs: Number(payload.exp) * 1000 + clockToleranceSeconds * 1000 };
}

function readCaller(claims: Record<string, unknown>): Caller {
  const { org, actor, role, mode, scopes } = claims;
  const knownRole = roles.find((known) => known === role);
  if (typeof org !== 'string' || !/^\d+$/.test(org) || !knownRole) throw malformed();
  if (mode !== 'live' && mode !== 'test') throw malformed();
  const caller = { organizationId: BigInt(org), actor: readActor(actor), role: knownRole, mode } as const;
  return scopes === undefined ? caller : { ...caller, scopes: readScopes(scopes) };
}

function readScopes(claim: unknown): string[] {
  if (!Array.isArray(claim)) throw malformed();
  return claim.map((scope: unknown) => {
    if (typeof scope !== 'string') throw malformed();
    return scope;
  });
}

function readActor(claim: unknown): Actor {
  const { type, id, hops } = typeof claim === 'object' && claim !== null ? (claim as Record<string, unknown>) : {};
  if (typeof id !== 'string') throw malformed();
  if (type === 'workflow' && typeof hops === 'number') return { type, id, hops };
  const known = simpleActors.find((one) => one === type);
  if (known === undefined) throw malformed();
  return { type: known, id };
}

function malformed(): Error {
  return new Error('the token has malformed claims');
}
