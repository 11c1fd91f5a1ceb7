import { hash } from 'node:crypto';
import { timestampDate } from '@bufbuild/protobuf/wkt';
import type { Client } from '@connectrpc/connect';
import type { Clock } from '@drippulse/loops';
import type { CredentialsService, Principal } from '@drippulse/proto/drippulse/identity/v1/credentials_pb';
import { KeyMode } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { fromConnectError, roles } from '@drippulse/rpc';
import { LRUCache } from 'lru-cache';
import type { Authenticated } from '../transcoder/ports.ts';

/** Resolves bearer credentials, and caches the answers of identity for a few seconds. */
export type Credentials = {
  /** Undefined when the credential is unknown, malformed, expired, ended or revoked. */
  find(credential: string, requestId: string): Promise<Authenticated | undefined>;
  /** Empties the cache. A change that passed through this gateway then takes effect at once. */
  forget(): void;
};

/** A change must take effect within 5 s everywhere. The difference is for the call itself. */
const cachedForMs = 4500;

export function createCredentials(options: {
  identity: () => Pick<Client<typeof CredentialsService>, 'resolveCredential'>;
  clock: Clock;
}): Credentials {
  const { identity, clock } = options;
  const cache = new LRUCache<string, Promise<Authenticated | undefined>>({ max: 10_000, ttl: cachedForMs });

  async function resolve(credential: string, requestId: string): Promise<Authenticated | undefined> {
    try {
      const headers = { 'x-request-id': requestId };
      const { principal } = await identity().resolveCredential({ credential }, { headers });
      return principal && readPrincipal(principal);
    } catch (error) {
      throw fromConnectError(error);
    }
  }

  return {
    async find(credential, requestId) {
      const key = hash('sha256', credential, 'base64url');
      let found = cache.get(key);
      if (!found) {
        // Cached before the answer is there: its age counts from before identity reads the rows.
        found = resolve(credential, requestId);
        cache.set(key, found);
        found.catch(() => cache.delete(key));
      }
      const authenticated = await found;
      const hasExpired = authenticated?.expiresAt !== undefined && authenticated.expiresAt <= clock.now();
      return hasExpired ? undefined : authenticated;
    },
    forget() {
      cache.clear();
    },
  };
}

function readPrincipal({ organizationId, role: protoRole, mode, credential, expiresAt }: Principal): Authenticated {
  // The proto enum counts from 1 in the order of `roles`.
  const role = roles[protoRole - 1];
  if (role === undefined) throw new Error(`identity answered the unknown role ${protoRole}`);
  const caller = { organizationId, role, mode: mode === KeyMode.TEST ? 'test' : 'live' } as const;
  const expiry = expiresAt && { expiresAt: timestampDate(expiresAt) };
  switch (credential.case) {
    case 'apiKeyId': {
      const { value: id } = credential;
      const actor = { type: 'api_key', id: String(id) } as const;
      return { caller: { ...caller, actor }, limitKey: `key:${id}`, apiKeyId: id, ...expiry };
    }
    case 'session': {
      const { id, userId } = credential.value;
      const actor = { type: 'user', id: String(userId) } as const;
      return { caller: { ...caller, actor }, limitKey: `session:${id}`, sessionId: id, ...expiry };
    }
    default:
      throw new Error('identity answered a principal without a credential');
  }
}
