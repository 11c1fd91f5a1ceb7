import type { Sealer } from '@drippulse/db';
import { openPrivateKey } from './private-keys.ts';
import type { Dkim, SenderIdentity } from './sender-identity.ts';

/**
 * The parts of a mail that come from the organization's settings and not from the request. The ledger stores the frame
 * as it was when the mail got its place, with only the members that are set. Keys of domains are not stored again:
 * `domains` has the ids of the verified domains.
 */
export type Frame = {
  from_name?: string;
  from_email?: string;
  reply_to?: string;
  postal_address?: string;
  domains?: readonly number[];
};

/** A verified domain with its sealed key. */
export type VerifiedDomain = { id: number; domain: string; selector: string; private_key: string };

/**
 * Returns the sender of a mail from its frame. A domain sends and signs only if it is in the frame and still verified.
 * A domain that was verified later is not used, because it would change the bytes of a retry. A domain that lost its
 * verification is not used, because it may belong to another owner by now.
 */
export function senderOfFrame(
  frame: Frame,
  now: { domains: readonly VerifiedDomain[]; sealer: Sealer; mayUseAny: boolean },
): SenderIdentity {
  return {
    settings: {
      fromName: frame.from_name ?? null,
      fromEmail: frame.from_email ?? null,
      replyTo: frame.reply_to ?? null,
      postalAddress: frame.postal_address ?? null,
    },
    mayUseAny: now.mayUseAny,
    dkimOf(domain): Dkim | undefined {
      const one = now.domains.find((known) => known.domain === domain);
      if (one === undefined || frame.domains?.includes(one.id) !== true) return undefined;
      const privateKey = openPrivateKey(now.sealer, BigInt(one.id), Buffer.from(one.private_key, 'base64'));
      return { domainName: domain, keySelector: one.selector, privateKey };
    },
  };
}
