import { createHash } from 'node:crypto';
import { DomainError } from '@drippulse/errors';
import { type Limiter, type LimiterStore, spend } from '@drippulse/service';

/**
 * Limits the mails that requests cause, so that nobody can use requests to flood a stranger with mails. Each function
 * throws `resource_exhausted` beyond its limit.
 */
export type MailLimits = {
  /** Allows 100 invitations per day for an organization, and 5 of these to one address. */
  countInvitation(invitation: { organizationId: bigint; email: string }): Promise<void>;
  /** Allows 5 resets per hour for an address, whether or not the address is known, and 30 from a network. */
  countReset(reset: { network: string; email: string }): Promise<void>;
  /** Allows 5 sign-ups per day for an address, whether or not it is known. The gateway limits sign-ups per network. */
  countSignUp(email: string): Promise<void>;
  /** Allows 5 address changes per hour for an identity. */
  countAddressChange(identityId: bigint): Promise<void>;
};

const hour = 3600;
const day = 24 * hour;

export function createMailLimits(store: LimiterStore): MailLimits {
  const ofOrganization = store.fixed('invitations', { points: 100, seconds: day });
  const ofInvited = store.fixed('invitations-address', { points: 5, seconds: day });
  const ofNetwork = store.fixed('resets-network', { points: 30, seconds: hour });
  const ofAddress = store.fixed('resets-address', { points: 5, seconds: hour });
  const ofSignedUp = store.fixed('sign-ups-address', { points: 5, seconds: day });
  const ofIdentity = store.fixed('address-changes', { points: 5, seconds: hour });
  return {
    async countInvitation({ organizationId, email }) {
      await spendOrRefuse(ofInvited, `${organizationId} ${hashAddress(email)}`);
      await spendOrRefuse(ofOrganization, String(organizationId));
    },
    async countReset({ network, email }) {
      await spendOrRefuse(ofNetwork, network);
      await spendOrRefuse(ofAddress, hashAddress(email));
    },
    countSignUp: (email) => spendOrRefuse(ofSignedUp, hashAddress(email)),
    async countAddressChange(identityId) {
      await spendOrRefuse(ofIdentity, String(identityId));
    },
  };
}

async function spendOrRefuse(limiter: Limiter, key: string): Promise<void> {
  const { isRefused, secondsLeft } = await spend(limiter, key);
  if (!isRefused) return;
  throw new DomainError('resource_exhausted', 'rate_limited', 'Too many mails were asked for.', {
    retryAfterSeconds: secondsLeft,
  });
}

/** Hashes an address, so that the store of limits contains no addresses. */
function hashAddress(email: string): string {
  return createHash('sha256').update(email.toLowerCase()).digest('base64url');
}
