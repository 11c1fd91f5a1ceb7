import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { HandlerContext } from '@connectrpc/connect';
import { parseKeyList } from '@drippulse/process';
import { callerOf } from './handler-context.ts';

/**
 * Everything that follows from one cause: enrollments, the records that they make, and so on. The chain is named after
 * its cause: the id of an event, or `enrollment:<workflow>:<enrollment>`.
 */
export type Chain = { organizationId: bigint; cause: string };

/**
 * Signs and reads the header `DripPulse-Chain`. The header keeps a request in its chain when the request leaves the
 * platform and its effects come back.
 */
export type ChainHeaders = {
  /**
   * Returns the value of the header, valid for 24 h from `at`. A repeat passes the time of the first attempt, so its
   * request has equal bytes.
   */
  sign(chain: Chain, at: Date): string;
  /**
   * Returns the chain of a header that this installation signed. Returns undefined when the header is malformed, forged
   * or expired; the request then starts a new chain.
   */
  read(header: string, now: Date): Chain | undefined;
};

/** The header of requests that leave the platform, and of requests that reach its API. */
export const chainHeader = 'drippulse-chain';

/** The metadata of a call between services: the organization and the cause. The call's token proves the sender. */
export const causeMetadata = 'x-cause';

const lifetimeSeconds = 24 * 60 * 60;
const causePattern = /^[\w:-]{1,128}$/;
const macLength = 22;

/**
 * Makes chain headers with `CHAIN_KEYS`, a list of keys in the format of `parseKeyList`: the first key signs, all keys
 * verify. The header is `<organization>.<expiry>.<cause>.<mac>`. It has a MAC, because a signature with a service's key
 * would take a tenth of the time of a callback. After a key is removed, a request whose header it signed starts a new
 * chain.
 */
export function createChainHeaders(keys: string): ChainHeaders {
  const { current, all } = parseKeyList('CHAIN_KEYS', keys, createSecretKey);
  return {
    sign({ organizationId, cause }, at) {
      const expiry = Math.floor(at.getTime() / 1000) + lifetimeSeconds;
      const text = `${organizationId}.${expiry}.${cause}`;
      return `${text}.${macOf(current, text)}`;
    },
    read(header, now) {
      const [organization = '', expiry = '', cause = '', mac = '', ...more] = header.slice(0, 400).split('.');
      if (more.length > 0 || mac.length !== macLength || !causePattern.test(cause)) return undefined;
      const text = `${organization}.${expiry}.${cause}`;
      if (!all.some((key) => isSame(macOf(key, text), mac))) return undefined;
      if (Number(expiry) * 1000 <= now.getTime()) return undefined;
      return { organizationId: BigInt(organization), cause };
    },
  };
}

/** Returns the metadata that a call carries for a chain. */
export function causeText({ organizationId, cause }: Chain): string {
  return `${organizationId} ${cause}`;
}

/**
 * Returns the cause of a served call; undefined when the call is itself a cause. The chain of an organization other
 * than the caller's is ignored.
 */
export function causeOf(call: HandlerContext): string | undefined {
  const text = call.requestHeader.get(causeMetadata);
  if (text === null) return undefined;
  const [organization, cause] = text.split(' ');
  return organization === String(callerOf(call).organizationId) ? cause : undefined;
}

/** Computes the MAC of a string. 128 bits are enough, because an attacker can test guesses only online. */
function macOf(key: KeyObject, text: string): string {
  return createHmac('sha256', key).update(text).digest('base64url').slice(0, macLength);
}

function isSame(expected: string, given: string): boolean {
  const [one, other] = [Buffer.from(expected), Buffer.from(given)];
  return one.byteLength === other.byteLength && timingSafeEqual(one, other);
}
