import { hash } from 'node:crypto';
import { type Timestamp, timestampDate } from '@bufbuild/protobuf/wkt';
import type { Client } from '@connectrpc/connect';
import type { Clock } from '@drippulse/loops';
import type { CredentialsService, Principal } from '@drippulse/proto/drippulse/identity/v1/credentials_pb';
import { KeyMode } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { fromConnectError, roles } from '@drippulse/rpc';
import { LRUCache } from 'lru-cache';
import { isCredentialText } from '../credential-texts/credential.ts';
import type { Authenticated } from '../transcoder/ports.ts';
import type { LookupLimit } from './lookup-limit.ts';

/** Resolves bearer credentials, and caches the responses of the identity service for a few seconds. */
export type Credentials = {
  /**
   * Finds the owner of a credential. Undefined when the credential is unknown, malformed, expired, ended or revoked.
   * Throws `resource_exhausted` when the network has sent too many unknown credentials.
   */
  find(credential: string, request: Asking): Promise<Authenticated | undefined>;
  /** Empties the caches, so that a change that passed through this gateway takes effect immediately. */
  forget(): void;
};

type Asking = {
  requestId: string;
  clientNetwork: string;
  /**
   * Whether a page sent the request without an action of the user. Such a request does not count as use of the session.
   */
  isBackground?: boolean;
};

/**
 * The cache time is below 5 s, because a change must take effect everywhere within 5 s and the call itself may take 0.5
 * s.
 */
const cachedForMs = 4500;
const goodForMs = 3_600_000;

export function createCredentials(options: {
  identity: () => Pick<Client<typeof CredentialsService>, 'resolveCredential'>;
  clock: Clock;
  lookups: LookupLimit;
  /** Maximum number of entries in each cache. Default: 10,000. */
  max?: number;
  /** Monotonic clock, in milliseconds, that measures the age of cached results. Default: the clock of the process. */
  monotonic?: { now(): number };
}): Credentials {
  const { identity, clock, lookups, max = 10_000, monotonic: perf = performance } = options;
  const found = new LRUCache<string, Promise<Authenticated | undefined>>({ max, ttl: cachedForMs, ...age(perf) });
  // Unknown credentials have their own cache, so that they evict no valid one.
  const unknown = new LRUCache<string, true>({ max, ttl: cachedForMs, ...age(perf) });
  // Credentials that were valid within the last hour. Their look-ups do not count against the network, so a flood of
  // unknown credentials from the same network does not affect them.
  const lately = new LRUCache<string, true>({ max, ttl: goodForMs, ...age(perf) });

  async function resolve(
    credential: string,
    { requestId, isBackground = false }: Asking,
  ): Promise<Authenticated | undefined> {
    try {
      const headers = { 'x-request-id': requestId };
      const { principal } = await identity().resolveCredential({ credential, isBackground }, { headers });
      return principal && readPrincipal(principal);
    } catch (error) {
      throw fromConnectError(error);
    }
  }

  /** Resolves a credential. Counts the look-up before it is made, so that parallel look-ups are counted too. */
  async function resolveCounted(credential: string, asking: Asking): Promise<Authenticated | undefined> {
    await lookups.count(asking.clientNetwork);
    let isUnknown = false;
    try {
      const authenticated = await resolve(credential, asking);
      isUnknown = authenticated === undefined;
      return authenticated;
    } finally {
      if (!isUnknown) await lookups.takeBack(asking.clientNetwork);
    }
  }

  /**
   * Looks up a credential, and caches the promise before the response arrives, because the age of the result starts
   * before the identity service reads the rows.
   */
  function ask(key: string, credential: string, asking: Asking): Promise<Authenticated | undefined> {
    const start = perf.now();
    const answer = lately.has(key) ? resolve(credential, asking) : resolveCounted(credential, asking);
    const place = placeOf(key, asking);
    found.set(place, answer, { start });
    answer.then(
      (authenticated) => {
        if (authenticated !== undefined) lately.set(key, true);
        // If `forget` was called in the meantime, the cache has a different promise or no promise for this key.
        else if (found.peek(place) === answer && found.delete(place)) unknown.set(key, true, { start });
      },
      () => found.delete(place),
    );
    return answer;
  }

  return {
    async find(credential, asking) {
      const key = hash('sha256', credential, 'base64url');
      if (unknown.has(key)) return undefined;
      const known = found.get(placeOf(key, asking));
      if (known === undefined && !isCredentialText(credential)) return undefined;
      const authenticated = await (known ?? ask(key, credential, asking));
      const hasExpired = authenticated?.expiresAt !== undefined && authenticated.expiresAt <= clock.now();
      return hasExpired ? undefined : authenticated;
    },
    forget() {
      found.clear();
      unknown.clear();
    },
  };
}

/**
 * Returns the cache key of a look-up. Requests that a page sends without an action of the user have separate cache
 * entries, because a request that a user causes must reach the identity service to count as use of the session.
 */
function placeOf(key: string, { isBackground }: Asking): string {
  return isBackground ? `${key} background` : key;
}

/**
 * Returns options with which the LRU cache reads the clock each time. By default it caches the time, so that entries
 * would live longer.
 */
function age(perf: { now(): number }) {
  return { perf, ttlResolution: 0 };
}

function readPrincipal(principal: Principal): Authenticated {
  const { organizationId, role: protoRole, mode, scopes, credential, expiresAt, isSuspended } = principal;
  // The values of the proto enum start at 1, in the order of `roles`.
  const role = roles[protoRole - 1];
  if (role === undefined) throw new Error(`identity answered the unknown role ${protoRole}`);
  const caller = {
    organizationId,
    role,
    mode: mode === KeyMode.TEST ? 'test' : 'live',
    ...(scopes && { scopes: scopes.names }),
  } as const;
  const facts = { ...(isSuspended && { isSuspended }), ...(expiresAt && { expiresAt: timestampDate(expiresAt) }) };
  switch (credential.case) {
    case 'apiKeyId': {
      const { value: id } = credential;
      const actor = { type: 'api_key', id: String(id) } as const;
      return { caller: { ...caller, actor }, limitKey: `key:${id}`, apiKeyId: id, ...facts };
    }
    case 'session': {
      const { id, userId, signedInAt, lacksMfa } = credential.value;
      const actor = { type: 'user', id: String(userId) } as const;
      return {
        caller: { ...caller, actor },
        limitKey: `session:${id}`,
        sessionId: id,
        ...signedIn(signedInAt),
        ...(lacksMfa && { lacksMfa }),
        ...facts,
      };
    }
    default:
      throw new Error('identity answered a principal without a credential');
  }
}

/**
 * Converts the sign-in time. An identity service of the previous version does not send it. The sessions of that service
 * are treated as signed in long ago.
 */
function signedIn(at: Timestamp | undefined): { signedInAt: Date } {
  return { signedInAt: at === undefined ? new Date(0) : timestampDate(at) };
}
