import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { HandlerContext } from '@connectrpc/connect';
import { publicService } from '@drippulse/topology';
import { callerOf } from './handler-context.ts';
import { sharedKey } from './shared-keys.ts';
import type { InternalKeys } from './token-keys.ts';

/**
 * All that follows from one cause: enrollments, the records that they make, and so on. Its name is that of the cause: the id
 * of an event, or `enrollment:<workflow>:<enrollment>`.
 */
export type Chain = { organizationId: bigint; cause: string };

/** Signs and reads the header `DripPulse-Chain`, by which what we send out keeps its chain when it comes back. */
export type ChainHeaders = {
  /** The value of the header, valid 24 h from `at`. A repeat takes the time of the first attempt, and so has the same bytes. */
  sign(chain: Chain, at: Date): string;
  /**
   * The chain of a header that a service of this installation signed for this one; undefined when it is malformed, forged or
   * expired: the request is then a new cause.
   */
  read(header: string, now: Date): Chain | undefined;
};

/** The header of requests that leave the platform, and of those that reach its API. */
export const chainHeader = 'drippulse-chain';

/** The metadata of a call between services: the organization and the cause. The token beside it says who sent it. */
export const causeMetadata = 'x-cause';

const lifetimeSeconds = 24 * 60 * 60;
const purpose = 'drippulse chain header 1';
const causePattern = /^[\w:-]{1,128}$/;
const macLength = 22;

/**
 * The header is `<key>.<organization>.<expiry>.<cause>.<mac>`. Its key is shared by the service that sends and the public
 * one, and follows from their internal token keys: a signature by Ed25519 itself would cost a tenth of a callback. When
 * one of these keys is replaced, headers from before are new causes.
 */
export function createChainHeaders(keys: InternalKeys): ChainHeaders {
  const own = idOf(keys.signing.kid);
  const toPublic = [...keys.verifying.values()].find(({ service }) => service === publicService);
  const signingKey = toPublic && sharedKey(keys.signing.key, toPublic.key, purpose);
  const readingKeys = new Map<string, KeyObject>();

  function keyOf(id: string): KeyObject | undefined {
    const known = readingKeys.get(id);
    if (known !== undefined) return known;
    const [, sender] = [...keys.verifying].find(([kid]) => idOf(kid) === id) ?? [];
    if (sender === undefined) return undefined;
    const made = sharedKey(keys.signing.key, sender.key, purpose);
    readingKeys.set(id, made);
    return made;
  }

  return {
    sign({ organizationId, cause }, at) {
      if (signingKey === undefined) throw new Error('INTERNAL_TOKEN_KEYS has no key of the public service');
      const expiry = Math.floor(at.getTime() / 1000) + lifetimeSeconds;
      const text = `${own}.${organizationId}.${expiry}.${cause}`;
      return `${text}.${macOf(signingKey, text)}`;
    },
    read(header, now) {
      const [id = '', organization = '', expiry = '', cause = '', mac = '', ...more] = header.slice(0, 400).split('.');
      if (more.length > 0 || mac.length !== macLength || !causePattern.test(cause)) return undefined;
      const key = keyOf(id);
      if (key === undefined || !isSame(macOf(key, `${id}.${organization}.${expiry}.${cause}`), mac)) return undefined;
      if (Number(expiry) * 1000 <= now.getTime()) return undefined;
      return { organizationId: BigInt(organization), cause };
    },
  };
}

/** The metadata that a call carries for a chain. */
export function causeText({ organizationId, cause }: Chain): string {
  return `${organizationId} ${cause}`;
}

/**
 * The cause that a served call follows from; undefined when the call is a cause itself. A chain of another organization
 * than the caller's is none.
 */
export function causeOf(call: HandlerContext): string | undefined {
  const text = call.requestHeader.get(causeMetadata);
  if (text === null) return undefined;
  const [organization, cause] = text.split(' ');
  return organization === String(callerOf(call).organizationId) ? cause : undefined;
}

/** The random part of a key id: `<service>/<random>`. */
function idOf(kid: string): string {
  return kid.slice(kid.indexOf('/') + 1);
}

/** 128 bits are enough for a value that can only be guessed online. */
function macOf(key: KeyObject, text: string): string {
  return createHmac('sha256', key).update(text).digest('base64url').slice(0, macLength);
}

function isSame(expected: string, given: string): boolean {
  const [one, other] = [Buffer.from(expected), Buffer.from(given)];
  return one.byteLength === other.byteLength && timingSafeEqual(one, other);
}
