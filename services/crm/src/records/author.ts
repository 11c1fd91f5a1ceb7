import type { HandlerContext } from '@connectrpc/connect';
import { type Actor, callerOf, causeOf, requestIdOf } from '@drippulse/rpc';

/**
 * Author of a change, with the request and its cause, if any. The author of a job is the author of the request that
 * started the job.
 */
export type Author = {
  organizationId: bigint;
  actor: Actor;
  requestId: string | undefined;
  cause: string | undefined;
};

export function authorOf(call: HandlerContext): Author {
  const { organizationId, actor } = callerOf(call);
  return { organizationId, actor, requestId: requestIdOf(call), cause: causeOf(call) };
}
