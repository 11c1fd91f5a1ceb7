import { hash } from 'node:crypto';
import type { Database } from '@drippulse/db';
import type { Clock } from '@drippulse/loops';
import { LRUCache } from 'lru-cache';
import type { DB } from '../db/schema.ts';
import type { Authenticated } from '../transcoder/ports.ts';
import { hashApiKey, isApiKeyText } from './api-keys/format.ts';
import { readRole } from './roles.ts';
import type { SessionTokens } from './sessions/tokens.ts';

/** Looks up who a bearer credential belongs to. */
export type Credentials = {
  /** Undefined for a credential that is no good, whatever the reason. */
  find(credential: string): Promise<Authenticated | undefined>;
  /** Looks everything up again: what this process changed is seen by it at once. */
  forget(): void;
};

/** A change made elsewhere must be seen within 5 s; the rest is for the look-up itself. */
const knownForMs = 4500;

export function createCredentials(options: {
  db: Database<DB>;
  sessionTokens: SessionTokens;
  clock: Clock;
}): Credentials {
  const { db, sessionTokens, clock } = options;
  const known = new LRUCache<string, Promise<Authenticated | undefined>>({ max: 10_000, ttl: knownForMs });

  function lookUp(credential: string): Promise<Authenticated | undefined> {
    return isApiKeyText(credential) ? findApiKey(db, credential) : findSession(db, sessionTokens, credential);
  }

  return {
    async find(credential) {
      const key = hash('sha256', credential, 'base64url');
      let found = known.get(key);
      if (!found) {
        // Time runs from before the look-up: what is revoked while it runs is seen that much earlier.
        found = lookUp(credential);
        known.set(key, found);
        found.catch(() => known.delete(key));
      }
      const authenticated = await found;
      const hasExpired = authenticated?.expiresAt !== undefined && authenticated.expiresAt <= clock.now();
      return hasExpired ? undefined : authenticated;
    },
    forget() {
      known.clear();
    },
  };
}

async function findApiKey(db: Database<DB>, text: string): Promise<Authenticated | undefined> {
  const row = await db.kysely
    .selectFrom('api_keys')
    .select(['id', 'organization_id', 'mode', 'expires_at'])
    .where('key_hash', '=', hashApiKey(text))
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  if (!row) return undefined;
  return {
    caller: {
      organizationId: row.organization_id,
      actor: { type: 'api_key', id: String(row.id) },
      role: 'admin',
      mode: row.mode === 'test' ? 'test' : 'live',
    },
    limitKey: `key:${row.id}`,
    apiKeyId: row.id,
    ...(row.expires_at && { expiresAt: row.expires_at }),
  };
}

async function findSession(
  db: Database<DB>,
  sessionTokens: SessionTokens,
  token: string,
): Promise<Authenticated | undefined> {
  const claims = await sessionTokens.read(token);
  if (!claims) return undefined;
  const row = await db.kysely
    .selectFrom('sessions')
    .innerJoin('users', 'users.id', 'sessions.user_id')
    .select(['users.id', 'users.organization_id', 'users.role', 'sessions.expires_at'])
    .where('sessions.id', '=', claims.sessionId)
    .where('sessions.user_id', '=', claims.userId)
    .where('sessions.ended_at', 'is', null)
    .where('users.status', '=', 'active')
    .executeTakeFirst();
  if (!row) return undefined;
  return {
    caller: {
      organizationId: row.organization_id,
      actor: { type: 'user', id: String(row.id) },
      role: readRole(row.role),
      mode: 'live',
    },
    limitKey: `session:${claims.sessionId}`,
    sessionId: claims.sessionId,
    expiresAt: row.expires_at,
  };
}
