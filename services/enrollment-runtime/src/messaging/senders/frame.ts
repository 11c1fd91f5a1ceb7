import type { Sealer } from '@drippulse/db';
import { openPrivateKey } from './private-keys.ts';
import type { Dkim, SenderIdentity } from './sender-identity.ts';

/**
 * What an organization decides about the bytes of a mail beside its request, as the ledger keeps it from the mail's
 * place on: only members that are set. Keys of domains are not kept again: `domains` has the ids of those that were
 * verified.
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
 * The sender of a mail by its frame. Only a domain of the frame that is verified now sends and signs: one that was
 * verified later would change the bytes of a repeat, and one that was lost may belong to somebody else by now.
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
