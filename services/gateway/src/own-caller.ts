import type { Caller } from '@drippulse/rpc';
import { publicService } from '@drippulse/topology';

/**
 * Caller of the calls that the gateway makes for itself, or for a client without a credential. It has no organization.
 */
export const ownCaller: Caller = {
  organizationId: 0n,
  actor: { type: 'service', id: publicService },
  role: 'viewer',
  mode: 'live',
};
