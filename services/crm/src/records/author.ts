import type { HandlerContext } from '@connectrpc/connect';
import { type Actor, callerOf, requestIdOf } from '@drippulse/rpc';

/** Who changes records, and for which request; a job goes on for the request that asked for it. */
export type Author = { organizationId: bigint; actor: Actor; requestId: string | undefined };

export function authorOf(call: HandlerContext): Author {
  const { organizationId, actor } = callerOf(call);
  return { organizationId, actor, requestId: requestIdOf(call) };
}
